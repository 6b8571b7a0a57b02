import { Histogram } from '@skein/metrics/histogram';

/** What all shards of the process count together. */
export class Meters {
  /** Seconds of a journal's fsync. */
  readonly sync = new Histogram();
  /** Seconds until what was applied was in LevelDB. */
  readonly flush = new Histogram();
  /** Seconds until a shard served. */
  readonly opening = new Histogram();
  /** How often a shard stopped serving and was opened anew. */
  failures = 0;
}
