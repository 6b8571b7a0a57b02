/** A message that came to be stored. */
export interface Publication {
  readonly subject: string;
  readonly content: Buffer;
  readonly headerBytes: number;
  /** Of messages of which none is taken once one was refused (ADR-50, gap mode `fail`). */
  readonly run?: string;
}
