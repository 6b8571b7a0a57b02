import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameCounter } from './frame-counter.ts';
import { deliveredFrames } from './frames.ts';

const oneSubject = deliveredFrames({ kind: 'one', subject: 'b', payloadBytes: 16 }, '1');
const shapes = [
  { name: 'one subject', period: oneSubject, frameBytes: oneSubject.length, checked: true },
  {
    name: 'ten subjects',
    period: deliveredFrames({ kind: 'many', prefix: 'f', count: 10, payloadBytes: 200 }, '1'),
    frameBytes: 'MSG f.0 1 200\r\n'.length + 202,
    checked: true,
  },
  { name: 'unknown content', period: oneSubject, frameBytes: oneSubject.length, checked: false },
];

function count(shape: (typeof shapes)[number], chunks: Buffer[]): { messages: number; lines: string[] } {
  const lines: string[] = [];
  const counter = new FrameCounter(
    { frameBytes: shape.frameBytes, period: shape.checked ? shape.period : null },
    (line) => lines.push(line),
  );
  for (const chunk of chunks) counter.push(chunk);
  return { messages: counter.messages, lines };
}

function split(stream: Buffer, sizes: number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < stream.length; turn += 1) {
    const end = at + sizes[turn % sizes.length];
    chunks.push(stream.subarray(at, end));
    at = end;
  }
  return chunks;
}

const framesOf = (shape: (typeof shapes)[number], messages: number): Buffer =>
  Buffer.alloc(shape.frameBytes * messages, shape.period);

describe.each(shapes)('FrameCounter, $name', (shape) => {
  it('counts the same however the stream is split, with control lines anywhere between frames', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.tuple(fc.nat(60), fc.constantFrom('PING', 'PONG', "-ERR 'Stale Connection'", 'INFO {"a":1}'))),
        (sizes, controls) => {
          const inserted = controls.toSorted((a, b) => a[0] - b[0]);
          const stream = framesOf(shape, 60);
          const pieces: Buffer[] = [];
          let at = 0;
          for (const [before, line] of inserted) {
            pieces.push(stream.subarray(at, before * shape.frameBytes), Buffer.from(`${line}\r\n`));
            at = before * shape.frameBytes;
          }
          pieces.push(stream.subarray(at));
          const result = count(shape, split(Buffer.concat(pieces), sizes));
          expect(result).toEqual({ messages: 60, lines: inserted.map(([, line]) => line) });
        },
      ),
    );
  });
});

describe('FrameCounter', () => {
  it.each(shapes.filter((shape) => shape.checked))('refuses a stream that misses some bytes: $name', (shape) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 20 }), (at, missing) => {
        const stream = framesOf(shape, 100);
        const from = at % (stream.length - 2 * shape.frameBytes);
        const damaged = Buffer.concat([stream.subarray(0, from), stream.subarray(from + missing)]);
        expect(() => count(shape, split(damaged, [512]))).toThrow('unexpected bytes');
      }),
    );
  });

  it('refuses a changed byte in a frame that it walks', () => {
    const stream = framesOf(shapes[0], 3);
    stream[stream.length - 5] ^= 1;
    expect(() => count(shapes[0], [stream])).toThrow('after 2 messages');
  });
});
