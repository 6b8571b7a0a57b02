import { type Address, Connection } from '../connection.ts';
import { payload } from '../frames.ts';

const SERVICE = 'bench.service';
const SPACE = 0x20;
const CR = 0x0d;
const P = 0x50;
const HEAD = Buffer.from(`MSG ${SERVICE} 1 `);

/** Answers every request with a payload of the same size; all answers to what one read brought go out in one write. */
export class Responder {
  async open(options: { address: Address; payloadBytes: number }): Promise<void> {
    const connection = await Connection.open(options.address);
    connection.write(`SUB ${SERVICE} 1\r\n`);
    await connection.ping();
    const tail = Buffer.from(` ${options.payloadBytes}\r\n${payload(options.payloadBytes)}\r\n`);
    let rest: Buffer = Buffer.alloc(0);
    connection.reader = (chunk) => {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      const answers: Buffer[] = [];
      let at = 0;
      while (at < bytes.length) {
        if (bytes[at] === P || bytes[at] === 0x2d || bytes[at] === 0x49) {
          const end = bytes.indexOf(CR, at);
          if (end === -1 || end + 1 === bytes.length) break;
          connection.control(bytes.toString('latin1', at, end));
          at = end + 2;
          continue;
        }
        const space = bytes.indexOf(SPACE, at + HEAD.length);
        const end = space + tail.length;
        if (space === -1 || end > bytes.length) break;
        const isRequest = bytes.compare(HEAD, 0, HEAD.length, at, at + HEAD.length) === 0;
        if (!isRequest || bytes.compare(tail, 0, tail.length, space, end) !== 0) throw new Error('unexpected request');
        answers.push(PUB, bytes.subarray(at + HEAD.length, end));
        at = end;
      }
      // One copy of the answers: the read buffer is taken again as soon as this returns.
      if (answers.length > 0) connection.write(Buffer.concat(answers));
      rest = Buffer.from(bytes.subarray(at));
    };
  }
}

const PUB = Buffer.from('PUB ');
