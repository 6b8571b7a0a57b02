import type { ApiError } from '../api-error.ts';

/** What became of a publish. A stream has one, which the next publish overwrites. */
export class PublishOutcome {
  /** Given to the message, or to the one that it repeats; 0 when it was refused. */
  sequence = 0;
  isDuplicate = false;
  /** Of a counter. */
  value = '';
  /** Of an atomic batch, with how many messages it stored. */
  batch = '';
  count = 0;
  error: ApiError | undefined;

  reset(): void {
    this.sequence = 0;
    this.isDuplicate = false;
    this.value = '';
    this.batch = '';
    this.count = 0;
    this.error = undefined;
  }
}

/**
 * The acknowledgement (JSON, ADR-1).
 *
 * @param opening what `ackOpening` gave for the stream
 */
export function pubAck(opening: string, outcome: PublishOutcome): string {
  const { sequence, isDuplicate, value, batch, count, error } = outcome;
  if (error !== undefined) return pubRefusal(opening, error);
  let ack = `{${opening}${sequence}`;
  if (isDuplicate) ack += ',"duplicate":true';
  if (value !== '') ack += `,"val":"${value}"`;
  if (batch !== '') ack += `,"batch":${JSON.stringify(batch)},"count":${count}`;
  return `${ack}}`;
}

/** What a publisher gets in place of the acknowledgement. */
export const pubRefusal = (opening: string, error: ApiError): string =>
  `{"error":${JSON.stringify(error)},${opening}0}`;

/** What all acknowledgements of a stream begin with, but for the brace. */
export function ackOpening(stream: string, domain = ''): string {
  return `"stream":${JSON.stringify(stream)},${domain === '' ? '' : `"domain":${JSON.stringify(domain)},`}"seq":`;
}
