export type Level = 'INF' | 'DBG' | 'WRN' | 'ERR' | 'FTL' | 'TRC';

/** As JSON lines name them. */
export const levelWords: Record<Level, string> = {
  INF: 'info',
  DBG: 'debug',
  WRN: 'warn',
  ERR: 'error',
  FTL: 'fatal',
  TRC: 'trace',
};

const levels = new Map(Object.entries(levelWords).map(([level, word]) => [word, level as Level]));

export const levelOfWord = (word: string | undefined): Level | undefined => levels.get(word ?? '');
