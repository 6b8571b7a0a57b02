import { expect, test } from 'vitest';
import { splitFrames } from './frames.ts';

const stream =
  'INFO {} \r\n+OK\r\nMSG a 1 r 6\r\nx\r\ny\r\n\r\nHMSG b 2 12 14\r\nNATS/1.0\r\n\r\nhi\r\nMSG c 3 0\r\n\r\nPONG\r\n';
const frames = [
  'INFO {} \r\n',
  '+OK\r\n',
  'MSG a 1 r 6\r\nx\r\ny\r\n\r\n',
  'HMSG b 2 12 14\r\nNATS/1.0\r\n\r\nhi\r\n',
  'MSG c 3 0\r\n\r\n',
  'PONG\r\n',
];

test('a message is one frame with its payload, line ends in it included', () => {
  expect(splitFrames(Buffer.from(stream))).toEqual({ frames, rest: '' });
});

test('at every cut the beginning gives whole frames and a rest, never half a frame', () => {
  for (let cut = 0; cut <= stream.length; cut++) {
    const { frames: some, rest } = splitFrames(Buffer.from(stream.slice(0, cut)));
    expect(some.join('') + rest).toBe(stream.slice(0, cut));
    expect(some).toEqual(frames.slice(0, some.length));
  }
});

test('sizes count bytes, not characters', () => {
  const bytes = Buffer.from('MSG a 1 2\r\nż\r\nPONG\r\n');
  expect(splitFrames(bytes).frames.map((frame) => frame.length)).toEqual([15, 6]);
});
