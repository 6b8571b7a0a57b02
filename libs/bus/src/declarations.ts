import { changeBytes, type FrameWriter, putChange } from './frame-writer.ts';

/** Encoded changes in one Interest frame. */
const BATCH_BYTES = 64 * 1024;

/**
 * What this process declares to the router, as a stream of numbered batches of encoded changes. It keeps no patterns:
 * after a reconnect the owner emits them again. Changes stand in the stream in the order they were made and carry absolute
 * weights, so a later one simply wins.
 */
export class Declarations {
  private batch: Buffer = Buffer.alloc(0);
  private at = 0;
  /** Of the open batch. */
  private open = 1;
  private settledUpTo = 0;
  private alone = false;
  /** The writer has been given everything that is wanted. */
  private whole = false;
  private writer: FrameWriter | null = null;
  private accountText = '';
  private account: Buffer = Buffer.alloc(0);

  /** The newest batch that anything declared so far is in, or is going to be in. */
  get sequence(): number {
    return this.at > 0 || !this.whole ? this.open : this.open - 1;
  }

  /** There are changes that the writer has not been given. */
  get pending(): boolean {
    return this.at > 0;
  }

  /** Changes go to this writer from here on; null: nowhere, they will be declared again. */
  attach(writer: FrameWriter | null): void {
    this.writer = writer;
    this.whole = false;
    this.at = 0;
    if (writer === null) this.batch = Buffer.alloc(0);
  }

  add(account: string, subject: string, queue: string, weight: number): number {
    if (this.writer === null) return this.open;
    if (account !== this.accountText) {
      this.accountText = account;
      this.account = Buffer.from(account);
    }
    const size = changeBytes(this.account, subject, queue, weight);
    if (this.at + size > this.batch.length) this.room(size);
    this.at = putChange(this.batch, this.at, this.account, subject, queue, weight);
    return this.open;
  }

  private room(size: number): void {
    this.flush();
    if (this.batch.length < size) this.batch = Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, size));
  }

  /** Ends the open batch. */
  flush(): void {
    if (this.at === 0 || this.writer === null) return;
    this.writer.interest(this.open++, false, this.batch, 0, this.at);
    this.at = 0;
  }

  /** Everything that is wanted has been declared on this connection. */
  complete(): void {
    this.flush();
    this.writer?.interest(this.open++, true, this.batch, 0, 0);
    this.whole = true;
  }

  isSettled(sequence: number): boolean {
    return this.alone || sequence <= this.settledUpTo;
  }

  /** The router says so. True: that is news. */
  settle(sequence: number): boolean {
    if (sequence <= this.settledUpTo) return false;
    this.settledUpTo = sequence;
    return true;
  }

  /**
   * Whether this is the only gateway: then all that it declares is settled at once, and what was declared while that held
   * stays so (a gateway that joins listens only when it has applied it). True: something has become settled by it.
   */
  setAlone(alone: boolean): boolean {
    if (alone === this.alone) return false;
    const numbered = this.open;
    // The open batch ends here: what is declared from now on is not settled by itself any more.
    this.flush();
    if (this.open === numbered) this.open++;
    this.alone = alone;
    return this.settle(numbered);
  }
}
