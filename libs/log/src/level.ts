export type Level = 'INF' | 'DBG' | 'WRN' | 'ERR' | 'FTL' | 'TRC';
