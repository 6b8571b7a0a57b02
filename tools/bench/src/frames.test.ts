import { describe, expect, it } from 'vitest';
import { deliveredFrames, payload, periodMessages, publishFrames, repeated, type Stream, subjects } from './frames.ts';

const one: Stream = { kind: 'one', subject: 'bench.a', payloadBytes: 4 };
const many: Stream = { kind: 'many', prefix: 'fan', count: 1000, payloadBytes: 16 };
const grid = (hot: boolean): Stream => ({
  kind: 'grid',
  rows: 10,
  columns: 50,
  picks: 500,
  seed: 1,
  hot,
  payloadBytes: 16,
});

describe('streams', () => {
  it('are what the protocol says', () => {
    const body = payload(4).toString();
    expect(publishFrames(one).toString()).toBe(`PUB bench.a 4\r\n${body}\r\n`);
    expect(deliveredFrames(one as never, '1').toString()).toBe(`MSG bench.a 1 4\r\n${body}\r\n`);
  });

  it('visit each of many subjects once a period, and not in order', () => {
    const visited = subjects(many);
    expect(new Set(visited).size).toBe(1000);
    expect(visited).not.toEqual(visited.toSorted());
  });

  it('draw from the whole grid, or from its first column', () => {
    const columnOf = (subject: string) => subject.split('.')[2];
    expect(new Set(subjects(grid(false)).map(columnOf)).size).toBeGreaterThan(40);
    expect(new Set(subjects(grid(true)).map(columnOf)).size).toBe(1);
    const rows = (hot: boolean) => subjects(grid(hot)).map((subject) => subject.split('.')[1]);
    expect(rows(true)).toEqual(rows(false));
  });

  it.each([one, many, grid(false), grid(true)])('have frames of one length: $kind', (stream) => {
    const each = subjects(stream).map((subject) => subject.length);
    expect(new Set(each).size).toBe(1);
    expect(publishFrames(stream).length % periodMessages(stream)).toBe(0);
  });
});

describe('payload', () => {
  it('is not equal to itself shifted, so a lost or added line shows', () => {
    const body = payload(1024);
    for (let shift = 1; shift < 900; shift += 1) {
      expect(body.subarray(shift, shift + 64).equals(body.subarray(0, 64))).toBe(false);
    }
  });
});

describe('repeated', () => {
  it('gives whole periods', () => {
    expect(repeated(Buffer.from('abc'), 7).toString()).toBe('abcabcabc');
    expect(repeated(Buffer.from('abc'), 3).toString()).toBe('abc');
  });
});
