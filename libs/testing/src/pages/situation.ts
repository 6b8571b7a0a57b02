import type { ServerOptions, ServerProcess } from '../server-process.ts';
import type { WireClient } from '../wire-client.ts';

/** A server in some state, and what it is then asked over HTTP. */
export interface Situation {
  /** Without a working folder it has an empty one of its own. */
  options: ServerOptions;
  /** Fields that are other in every run beside those that always are. */
  varying?: readonly string[];
  /** Brings the server into the state; resolves to clients that are to stay connected meanwhile. */
  prepare?(server: ServerProcess): Promise<WireClient[]>;
  urls: readonly string[];
}

/** One answer, with what differs from run to run replaced by its kind. */
export interface RecordedPage {
  status: number;
  type: string | null;
  /** Of JSON. */
  body?: unknown;
  /** Of anything else. */
  text?: string;
}

/** By situation, then URL. */
export type RecordedPages = Record<string, Record<string, RecordedPage>>;
