import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BufferPool } from './buffer-pool.ts';
import { Output } from './output.ts';
import { MemoryChannel } from './testing/memory-channel.ts';

const BUFFER_BYTES = 16;

function outputTo(channel: MemoryChannel, pool = new BufferPool(BUFFER_BYTES, 4 * BUFFER_BYTES)): Output {
  const output = new Output(pool, channel);
  channel.handler = { data() {}, closed() {}, drain: () => output.drained() };
  return output;
}

function say(output: Output, text: string, nowMs = 0): void {
  output.reserve(text.length, nowMs);
  output.at += output.buffer.write(text, output.at, 'latin1');
}

describe('what leaves, and when', () => {
  it('is gathered until it is flushed', () => {
    const channel = new MemoryChannel();
    const output = outputTo(channel);
    say(output, 'one ');
    say(output, 'two');
    expect([channel.writes, output.pendingBytes, output.chunks]).toEqual([0, 7, 1]);
    output.flush(0);
    expect([channel.take().toString(), channel.writes, output.pendingBytes, output.chunks]).toEqual([
      'one two',
      1,
      0,
      0,
    ]);
    output.flush(0);
    expect(channel.writes).toBe(1);
  });

  it('leaves before when a buffer is full', () => {
    const channel = new MemoryChannel();
    const output = outputTo(channel);
    say(output, 'x'.repeat(BUFFER_BYTES));
    say(output, 'y');
    expect(channel.take().toString()).toBe('x'.repeat(BUFFER_BYTES));
    expect(output.pendingBytes).toBe(1);
  });

  it('a message larger than a buffer gets one of its own', () => {
    const channel = new MemoryChannel();
    const output = outputTo(channel);
    const huge = 'h'.repeat(10 * BUFFER_BYTES);
    say(output, 'a');
    say(output, huge);
    say(output, 'z');
    output.flush(0);
    expect(channel.take().toString()).toBe(`a${huge}z`);
  });
});

describe('a channel that does not take more', () => {
  it('gets nothing until it has drained, and then all of it in order', () => {
    const channel = new MemoryChannel();
    const output = outputTo(channel);
    channel.congested = true;
    say(output, 'first', 5);
    output.flush(5);
    expect([output.blocked, output.blockedSinceMs, output.pendingBytes]).toEqual([true, 5, 5]);
    for (const text of ['x'.repeat(BUFFER_BYTES), 'y'.repeat(BUFFER_BYTES), 'z']) say(output, text, 6);
    output.flush(6);
    expect([channel.writes, output.pendingBytes, output.chunks]).toEqual([1, 5 + 2 * BUFFER_BYTES + 1, 4]);
    expect(output.blockedSinceMs).toBe(5);
    channel.congested = false;
    channel.drain();
    expect(output.pendingBytes).toBe(2 * BUFFER_BYTES + 1);
    output.flush(7);
    expect(channel.take().toString()).toBe(`first${'x'.repeat(BUFFER_BYTES)}${'y'.repeat(BUFFER_BYTES)}z`);
    expect([output.blocked, output.pendingBytes]).toEqual([false, 0]);
  });

  it('loses everything but what it holds when the output is discarded', () => {
    const channel = new MemoryChannel();
    const output = outputTo(channel);
    channel.congested = true;
    say(output, 'held');
    output.flush(0);
    for (let i = 0; i < 5; i++) say(output, 'x'.repeat(BUFFER_BYTES));
    output.discard();
    expect([output.pendingBytes, output.chunks, output.buffer.length]).toEqual([0, 0, 0]);
    channel.drain();
    output.flush(0);
    expect(channel.take().toString()).toBe('held');
  });
});

describe('the pool', () => {
  it('lends the same buffer again, and keeps no more free ones than allowed', () => {
    const pool = new BufferPool(BUFFER_BYTES, 2 * BUFFER_BYTES + 1);
    const lent = Array.from({ length: 5 }, () => pool.borrow(1));
    expect(new Set(lent).size).toBe(5);
    for (const buffer of lent) pool.release(buffer);
    const again = Array.from({ length: 5 }, () => pool.borrow(BUFFER_BYTES));
    expect(again.filter((buffer) => lent.includes(buffer)).length).toBe(2);
  });

  it('keeps no buffer of another size', () => {
    const pool = new BufferPool(BUFFER_BYTES, 100 * BUFFER_BYTES);
    const large = pool.borrow(BUFFER_BYTES + 1);
    expect(large.length).toBe(BUFFER_BYTES + 1);
    pool.release(large);
    expect(pool.borrow(1).length).toBe(BUFFER_BYTES);
  });

  it('gets back what was written, not what the channel still holds', () => {
    const pool = new BufferPool(BUFFER_BYTES, 10 * BUFFER_BYTES);
    const channel = new MemoryChannel();
    const output = outputTo(channel, pool);
    say(output, 'a');
    const first = output.buffer;
    output.flush(0);
    say(output, 'b');
    expect(output.buffer).toBe(first);
    channel.congested = true;
    output.flush(0);
    expect(pool.borrow(1)).not.toBe(first);
    channel.drain();
    expect(pool.borrow(1)).toBe(first);
  });
});

describe('whatever happens, in whatever order', () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('say' as const), bytes: fc.integer({ min: 1, max: 3 * BUFFER_BYTES }) }),
    },
    fc.record({ do: fc.constantFrom('flush' as const, 'drain' as const, 'congest' as const, 'clear' as const) }),
  );

  it('bytes out are bytes in, two connections share a pool without seeing each other', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1), step), { maxLength: 80 }), (steps) => {
        const pool = new BufferPool(BUFFER_BYTES, 3 * BUFFER_BYTES);
        const ends = [0, 1].map(() => {
          const channel = new MemoryChannel();
          return { channel, output: outputTo(channel, pool), said: '', heard: '' };
        });
        let next = 0;
        for (const [index, { do: what, ...rest }] of steps) {
          const end = ends[index];
          const { channel, output } = end;
          if (what === 'say' && 'bytes' in rest) {
            const text = String.fromCharCode(33 + (next++ % 200)).repeat(rest.bytes);
            say(output, text);
            end.said += text;
          } else if (what === 'flush') output.flush(0);
          else if (what === 'drain') channel.drain();
          else channel.congested = what === 'congest';
          end.heard += channel.take().toString('latin1');
          expect(end.said.startsWith(end.heard)).toBe(true);
          expect(output.pendingBytes).toBe(end.said.length - end.heard.length);
          expect(channel.buffersInFlight).toBe(output.blocked ? 1 : 0);
        }
        for (const { channel, output, said, heard } of ends) {
          channel.congested = false;
          channel.drain();
          output.flush(0);
          expect(heard + channel.take().toString('latin1')).toBe(said);
        }
      }),
      { numRuns: 300 },
    );
  });
});

it('hands over everything at the end, even behind a write that is not taken yet', () => {
  const channel = new MemoryChannel();
  const output = outputTo(channel);
  channel.congested = true;
  say(output, 'taken last of all');
  output.flush(0);
  say(output, ', and what came after it');
  say(output, ', -ERR included');
  output.finish();
  expect([output.pendingBytes > 0, output.at]).toEqual([true, 0]);
  channel.drain();
  expect(channel.take().toString()).toBe('taken last of all, and what came after it, -ERR included');
});
