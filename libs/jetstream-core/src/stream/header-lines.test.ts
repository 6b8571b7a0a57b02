import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BatchHeaders } from './batch-headers.ts';
import { headerOf, readHeaders } from './header-block.ts';
import { readPublishHeaders } from './publish-headers.ts';

const name = fc.constantFrom('Nats-Msg-Id', 'Nats-Rollup', 'Nats-Batch-Id', 'Nats-Schedule', 'Nats-Msg-I', 'A', '');
const line = fc.oneof(
  fc
    .record({ name, blanks: fc.nat(2), value: fc.constantFrom('', '1', 'a: b', 'x y ') })
    .map((of) => `${of.name}:${' '.repeat(of.blanks)}${of.value}`),
  fc.constantFrom('no colon', ''),
);
const end = fc.constantFrom('\r\n\r\n', '\r\n', '\r', '');

/** As one would write it, with strings. */
function naively(block: string): [string, string][] {
  const found: [string, string][] = [];
  const first = block.indexOf('\r');
  for (let at = first + 2; first >= 0 && at < block.length - 2; ) {
    const lineEnd = block.indexOf('\r', at);
    if (lineEnd < 0) break;
    const [, given, value] = /^([^:]*): *(.*)$/s.exec(block.slice(at, lineEnd)) ?? [];
    if (given !== undefined && value !== undefined) found.push([given, value]);
    at = lineEnd + 2;
  }
  return found;
}

it('finds what a naive reader finds, whatever the block is like and whatever lies around it', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), end, fc.string({ maxLength: 9 }), (lines, last, payload) => {
      const block = `NATS/1.0\r\n${lines.join('\r\n')}${last}`;
      const content = Buffer.from(block + payload, 'latin1');
      const found: [string, string][] = [];
      readHeaders(content, block.length, (key, value) => found.push([key, value]));
      expect(found).toEqual(naively(block));
      const first = (wanted: string): string => found.find(([key, value]) => key === wanted && value !== '')?.[1] ?? '';
      const { messageId, rollup, schedule } = readPublishHeaders(content, block.length);
      expect([messageId, rollup, schedule]).toEqual(['Nats-Msg-Id', 'Nats-Rollup', 'Nats-Schedule'].map(first));
      expect(headerOf(content, block.length, 'A')).toBe(found.find(([key]) => key === 'A')?.[1]);
      const batch = new BatchHeaders();
      expect(batch.read(Buffer.concat([Buffer.from('PUB '), content]), 4, block.length)).toBe(batch.id !== '');
      expect(batch.id).toBe(first('Nats-Batch-Id'));
    }),
  );
});

const read = (batch: BatchHeaders, ...lines: string[]): (string | number)[] => {
  const block = Buffer.from(`NATS/1.0\r\n${lines.map((one) => `${one}\r\n`).join('')}\r\n`, 'latin1');
  batch.read(block, 0, block.length);
  return [batch.id, batch.sequence, batch.commit, batch.requiredLevel];
};

it('reads what messages of batches say, one after the other', () => {
  const batch = new BatchHeaders();
  const both = ['Nats-Batch-Id: ab', 'Nats-Batch-Sequence: 12'];
  expect(read(batch, ...both, 'Nats-Batch-Commit: eob', 'Nats-Required-Api-Level: 2')).toEqual(['ab', 12, 'eob', '2']);
  expect(read(batch, 'Nats-Batch-Id:ac', 'Nats-Batch-Id:ab', 'X:y')).toEqual(['ac', Number.NaN, '', '']);
  expect(read(batch, 'Nats-Batch-Sequence: ', 'Nats-Batch-Sequence:7', 'Nats-Batch-Sequence:8')[1]).toBe(7);
  for (const no of ['1x', '-1', '1.0', '1e3', '0x1', ' '])
    expect(read(batch, `Nats-Batch-Sequence:${no}`)[1]).toBeNaN();
  expect(read(batch)).toEqual(['', Number.NaN, '', '']);
});
