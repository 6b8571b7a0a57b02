import type { ConsumerConfig } from './consumer-config.ts';
import type { ConsumerState } from './consumer-state.ts';
import type { Undelivered } from './undelivered.ts';

/** What a consumer shares with those that it delivers to. */
export interface Situation {
  config: ConsumerConfig;
  undelivered: Undelivered;
  readonly state: ConsumerState;
  readonly effects: RecipientEffects;
}

export interface RecipientEffects {
  /** A message of headers alone. @param reply '' without one */
  status(to: string, block: Buffer, reply: string): void;
  pinned(group: string, id: string): void;
  unpinned(group: string, reason: 'admin' | 'timeout'): void;
  /** A name that nobody had before. */
  newPin(): string;
}

/** Whoever gets the messages: those that asked for some, or a subject. */
export interface Recipients {
  /** When `run` has something to do; milliseconds, Infinity: never. */
  readonly nextAt: number;
  /** Somebody may have a message now: the one that `to` and the others are about. */
  isWanting(millis: number): boolean;
  readonly to: string;
  /** What its messages say beside their own headers; a line. '' for nothing. */
  mark(millis: number): string;
  /** What counts for it, beside the reply and content. */
  readonly ownBytes: (subject: string) => number;
  /** It can have a message of that size now. If not, it is not wanting any more. */
  takes(bytes: number, millis: number): boolean;
  /** It was given one. */
  gave(bytes: number, millis: number): void;
  /** Does what the time calls for. @param isOver there is nothing to give out, and it is not for a limit */
  run(millis: number, isOver: boolean): void;
  /** Nobody gets anything more from here, for this reason. */
  close(reason: string): void;
}

export const statusBlock = (status: string, lines: readonly string[] = []): Buffer =>
  Buffer.from(`NATS/1.0 ${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`, 'latin1');

/** Where the consumer is, for whoever wants to know whether something was lost (ADR-9). */
export const heartbeatLines = ({ delivered }: ConsumerState): string[] => [
  `Nats-Last-Consumer: ${delivered.consumer}`,
  `Nats-Last-Stream: ${delivered.stream}`,
];
