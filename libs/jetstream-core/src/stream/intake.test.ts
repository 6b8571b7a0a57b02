import type { StoredMessage } from '@skein/storage';
import { expect, it } from 'vitest';
import { headerBlock, linesOf } from './header-block.ts';
import { Intake } from './intake.ts';
import type { StreamSource } from './stream-config.ts';

const stored = (subject: string, lines: string[] = []): StoredMessage => {
  const block = lines.length > 0 ? headerBlock(lines) : Buffer.alloc(0);
  const content = Buffer.concat([block, Buffer.from('x')]);
  return { sequence: 3, subject, content, headerBytes: block.length, seconds: 5, nanos: 6 };
};

function taken(source: Partial<StreamSource>, subject: string, lines?: string[], isMirror = false) {
  const intake = new Intake({ name: 'O', ...source }, isMirror);
  const original = intake.original(stored(subject, lines), 'v7BKMzfV');
  const { content, headerBytes } = original;
  return { ...original, headers: headerBytes === 0 ? [] : linesOf(content, headerBytes), key: intake.key };
}

/** As nats-server 2.15.2 stored them. */
it.each([
  [{}, 'o.1', 'o.1', 'Nats-Stream-Source: O 3 > > o.1 v7BKMzfV'],
  [{ filter_subject: 'o.1' }, 'o.1', 'o.1', 'Nats-Stream-Source: O 3 o.1 > o.1 v7BKMzfV'],
  [
    {
      subject_transforms: [
        { src: 'o.1', dest: 'tt.one' },
        { src: 'o.0', dest: 'tt.z' },
      ],
    },
    'o.0',
    'tt.z',
    'Nats-Stream-Source: O 3 o.1\fo.0 tt.one\ftt.z o.0 v7BKMzfV',
  ],
  [
    { external: { api: '$JS.A.API', deliver: 'deliver.mirror' }, filter_subject: 'o.2' },
    'o.2',
    'o.2',
    'Nats-Stream-Source: O:z0zeNTHp 3 o.2 > o.2 v7BKMzfV',
  ],
])('says where a message comes from: %j', (source, subject, own, line) => {
  const { subject: given, headers, origin, seconds, nanos } = taken(source, subject);
  expect({ given, headers, origin, seconds, nanos }).toEqual({
    given: own,
    headers: [line],
    origin: 3,
    seconds: 5,
    nanos: 6,
  });
});

const asked = [
  'Nats-Expected-Stream: O',
  'A: b',
  'Nats-Batch-Id: x',
  'Nats-Stream-Source: P 1 > > p z',
  'Nats-TTL: 5s',
];

it('asks nothing again that was asked of the origin', () => {
  expect(taken({}, 'o', asked).headers).toEqual(['A: b', 'Nats-TTL: 5s', 'Nats-Stream-Source: O 3 > > o v7BKMzfV']);
  expect(taken({}, 'o', asked, true).headers).toEqual(['A: b', 'Nats-Stream-Source: P 1 > > p z', 'Nats-TTL: 5s']);
  expect(taken({}, 'o', ['Nats-Expected-Stream: O'], true).headers).toEqual([]);
  expect(taken({}, 'o', ['A: b'], true).headers).toEqual(['A: b']);
});

it('filters by what is transformed; an empty destination leaves the subject', () => {
  const source = {
    name: 'O',
    subject_transforms: [
      { src: 'a.*', dest: 'b.{{wildcard(1)}}' },
      { src: 'c', dest: '' },
    ],
  };
  const intake = new Intake(source, true);
  expect(['a.1', 'b.1', 'c'].map((subject) => intake.filter?.matches(subject))).toEqual([true, false, true]);
  expect(['a.1', 'c'].map((subject) => intake.original(stored(subject), '').subject)).toEqual(['b.1', 'c']);
});

it('keeps one position for each way of taking from an origin', () => {
  expect(taken({ filter_subject: 'o.1' }, 'o.1').key).toBe('O o.1 >');
  expect(taken({ filter_subject: 'o.2' }, 'o.1').key).toBe('O o.2 >');
  expect(taken({}, 'o.1', [], true).key).toBe('');
});
