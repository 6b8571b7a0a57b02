import type { Connection } from './connection.ts';

/** One SUB of one client. */
export class Subscription {
  readonly connection: Connection;
  /** The pattern, latin1. */
  readonly subject: string;
  /** '' outside queue groups. */
  readonly queue: string;
  readonly sid: string;
  /** Messages after which it ends; 0: never. */
  max = 0;
  delivered = 0;
  /** Deny rules hide some of its messages: each is looked at. */
  filtered: boolean;

  constructor(connection: Connection, subject: string, queue: string, sid: string, filtered: boolean) {
    this.connection = connection;
    this.subject = subject;
    this.queue = queue;
    this.sid = sid;
    this.filtered = filtered;
  }
}
