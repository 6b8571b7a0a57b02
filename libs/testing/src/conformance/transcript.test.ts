import { describe, expect, test } from 'vitest';
import type { Case } from './case.ts';
import { diffTranscripts, normalise, normaliseFrame, type Transcript } from './transcript.ts';

const of = (...frames: string[]): Transcript => ({ a: { frames, fate: 'open' } });
const plain: Case = { name: 'x', server: 'plain', steps: [] };

describe('normaliseFrame', () => {
  test('keeps of INFO what a script decides, not what a run decides', () => {
    const info = (id: string): string =>
      `INFO ${JSON.stringify({ server_id: id, client_id: id.length, connect_info: true, remote_account: '$G' })} \r\n`;
    expect(normaliseFrame(info('NA'))).toBe('INFO after CONNECT, account $G');
    expect(normaliseFrame(info('NBBB'))).toBe(normaliseFrame(info('NA')));
    expect(normaliseFrame('INFO {"server_id":"NA"} \r\n')).toBe('INFO unasked, account none');
  });

  test('shortens long runs but still tells their lengths apart', () => {
    expect(normaliseFrame(`MSG a 1 100\r\n${'x'.repeat(100)}\r\n`)).toBe('MSG a 1 100\r\n<x x 100>\r\n');
    expect(normaliseFrame('x'.repeat(63))).toBe('x'.repeat(63));
    expect(normaliseFrame('\n'.repeat(64))).toBe('<\\n x 64>');
  });

  test('leaves errors and messages as they are', () => {
    for (const frame of ["-ERR 'Invalid Subject'\r\n", 'MSG a 1 2\r\nhi\r\n', '+OK\r\n', 'PONG\r\n']) {
      expect(normaliseFrame(frame)).toBe(frame);
    }
  });
});

describe('normalise', () => {
  test("drops the server's PINGs, unless the case is about them", () => {
    expect(normalise(plain, of('PING\r\n', 'PONG\r\n'))).toEqual(of('PONG\r\n'));
    expect(normalise({ ...plain, keepPings: true }, of('PING\r\n'))).toEqual(of('PING\r\n'));
  });

  test('masks', () => {
    const mask: Case['mask'] = [/^(MSG \S+) \d+ /, '$1 <sid> '];
    expect(normalise({ ...plain, mask }, of('MSG a 7 1\r\nx\r\n', 'PONG\r\n'))).toEqual(
      of('MSG a <sid> 1\r\nx\r\n', 'PONG\r\n'),
    );
  });

  test('unordered: one sorted list over all connections, fates kept apart', () => {
    const raw: Transcript = { a: { frames: ['c', 'a'], fate: 'open' }, b: { frames: ['b'], fate: 'closed' } };
    expect(normalise({ ...plain, isUnordered: true }, raw)).toEqual({
      a: { frames: [], fate: 'open' },
      b: { frames: [], fate: 'closed' },
      all: { frames: ['a', 'b', 'c'], fate: 'open' },
    });
  });
});

describe('diffTranscripts', () => {
  test('is empty for equals', () => {
    expect(diffTranscripts(of('a', 'b'), of('a', 'b'))).toBe('');
  });

  test.each<[string, Transcript, string[]]>([
    ['a missing frame', of('a', 'c'), ['    "a"', '  - "b"', '    "c"', '    fate: open']],
    ['a frame too many', of('a', 'b', 'x', 'c'), ['    "a"', '    "b"', '  + "x"', '    "c"', '    fate: open']],
    ['another text', of('a', 'B', 'c'), ['    "a"', '  - "b"', '  + "B"', '    "c"', '    fate: open']],
    ['another order', of('b', 'a', 'c'), ['  - "a"', '    "b"', '  + "a"', '    "c"', '    fate: open']],
    [
      'another fate',
      { a: { frames: ['a', 'b', 'c'], fate: 'silent' } },
      ['    "a"', '    "b"', '    "c"', '  - fate: open', '  + fate: silent'],
    ],
  ])('shows %s', (_, actual, lines) => {
    expect(diffTranscripts(of('a', 'b', 'c'), actual)).toBe(['connection a:', ...lines].join('\n'));
  });

  test('names connections that only one side has', () => {
    expect(diffTranscripts(of('a'), {})).toContain('+ (no such connection)');
    expect(diffTranscripts({}, of('a'))).toContain('- (no such connection)');
  });
});
