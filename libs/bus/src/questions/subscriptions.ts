export interface SubszQuery {
  /** Absent: all. */
  account?: string;
  /** Those alone that get messages on this subject. */
  test?: string;
  /** How many to leave out, in an order that stays as long as nobody subscribes. */
  offset: number;
  /** How many to list; 0 for none. Fewer come when they are too long for one answer: then the rest is asked for. */
  limit: number;
}

export interface SubszAnswer {
  /** Those asked for, listed or not. */
  total: number;
  subscriptions: SubscriptionRow[];
  figures: InterestFigures;
}

export interface SubscriptionRow {
  account: string;
  subject: string;
  queue: string;
  sid: string;
  msgs: number;
  /** 0: none */
  max: number;
  cid: number;
}

/** Of one account, or of all. */
export interface InterestFigures {
  subscriptions: number;
  inserts: number;
  removes: number;
  /** Messages for which receivers were looked up, and how often they were not in the cache. */
  lookups: number;
  misses: number;
  /** Subjects whose receivers are in the cache; their receivers together, and at most. */
  cached: number;
  fanoutTotal: number;
  fanoutMax: number;
}
