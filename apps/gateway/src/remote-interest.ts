/** That another process of the node wants messages on a pattern: one entry however many subscriptions it has there. */
export class RemoteInterest {
  /** The process's id on the bus. */
  readonly process: number;
  readonly subject: string;
  readonly queue: string;
  weight: number;

  constructor(process: number, subject: string, queue: string, weight: number) {
    this.process = process;
    this.subject = subject;
    this.queue = queue;
    this.weight = weight;
  }
}
