const LINE_END = '\r\n';

/** One message that the server delivered. */
export type Delivered = { reply: string; payloadBytes: number };

/**
 * Takes a server's bytes apart, however they were cut: messages, with headers or without, and the control lines between them (PING, PONG,
 * INFO, -ERR; without their line end). For a few messages at a time: it makes a string of each.
 */
export class MessageReader {
  readonly #onMessage: (message: Delivered) => void;
  readonly #onControl: (line: string) => void;
  #rest = '';

  constructor(onMessage: (message: Delivered) => void, onControl: (line: string) => void) {
    this.#onMessage = onMessage;
    this.#onControl = onControl;
  }

  push(chunk: Buffer): void {
    const heard = this.#rest + chunk.toString('latin1');
    let at = 0;
    for (let end = heard.indexOf(LINE_END); end >= 0; end = heard.indexOf(LINE_END, at)) {
      const fields = heard.slice(at, end).split(' ');
      const [verb] = fields;
      if (verb !== 'MSG' && verb !== 'HMSG') {
        this.#onControl(heard.slice(at, end));
        at = end + LINE_END.length;
        continue;
      }
      const payloadBytes = Number(fields.at(-1));
      const next = end + LINE_END.length + payloadBytes + LINE_END.length;
      if (heard.length < next) break;
      at = next;
      // MSG <subject> <sid> [reply] <bytes>; HMSG has the headers' bytes before those.
      const withReply = verb === 'MSG' ? 5 : 6;
      this.#onMessage({ reply: fields.length === withReply ? fields[3] : '', payloadBytes });
    }
    this.#rest = heard.slice(at);
  }
}
