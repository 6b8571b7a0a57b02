import { describe, expect, test } from 'vitest';
import { MessageReader } from './message-reader.ts';

function read(chunks: string[]): string[] {
  const seen: string[] = [];
  const reader = new MessageReader(
    ({ reply, payloadBytes }) => seen.push(`${reply || 'no reply'}, ${payloadBytes}`),
    (line) => seen.push(line),
  );
  for (const chunk of chunks) reader.push(Buffer.from(chunk, 'latin1'));
  return seen;
}

const STREAM =
  'PING\r\nMSG a 1 in.1 2\r\nhi\r\nPING\r\nHMSG a 1 in.2 12 14\r\nNATS/1.0\r\n\r\nPI\r\nPONG\r\nMSG a 1 4\r\n\r\n\r\n\r\nINFO {}\r\n';
const SEEN = ['PING', 'in.1, 2', 'PING', 'in.2, 14', 'PONG', 'no reply, 4', 'INFO {}'];

describe('MessageReader', () => {
  test('tells messages from control lines before, behind and between them', () => {
    expect(read([STREAM])).toEqual(SEEN);
  });

  test('wherever the bytes are cut', () => {
    for (let at = 0; at <= STREAM.length; at++) expect(read([STREAM.slice(0, at), STREAM.slice(at)])).toEqual(SEEN);
    expect(read([...STREAM])).toEqual(SEEN);
  });
});
