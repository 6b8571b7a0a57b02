import type { Request, Scene } from '../scene.ts';

const create = (name: string, more: object = {}): Request => [
  `STREAM.CREATE.${name}`,
  { name, storage: 'memory', ...more },
];
const update = (name: string, more: object = {}): Request => [
  `STREAM.UPDATE.${name}`,
  { name, storage: 'memory', ...more },
];
const consumer = (name: string, more: object = {}): Request => [
  `CONSUMER.CREATE.A.${name}`,
  { stream_name: 'A', config: { name, durable_name: name, ack_policy: 'explicit', ...more } },
];
const KIB = 1024;
const k10 = 'x'.repeat(10 * KIB);

export const limits: Readonly<Record<string, Scene>> = {
  'limits: of the server': {
    server: 'limited',
    user: 'free',
    steps: [
      ['INFO'],
      create('A', { max_bytes: 2 * KIB * KIB }),
      create('A', { max_bytes: 2 * KIB * KIB, storage: 'file' }),
      create('B', { max_bytes: 3 * KIB * KIB, storage: 'file' }),
      create('B', { max_bytes: 5 * KIB * KIB, storage: 'file' }),
      create('C', { max_bytes: 512 * KIB }),
      create('D', { max_bytes: 600 * KIB }),
      update('C', { max_bytes: 2 * KIB * KIB }),
      update('A', { max_bytes: 8 * KIB * KIB, storage: 'file' }),
      create('E', { duplicate_window: 120_000_000_000 }),
      create('E', { duplicate_window: 30_000_000_000 }),
      create('G', {}),
      consumer('C', { max_ack_pending: 501 }),
      consumer('C', { max_ack_pending: -1 }),
      consumer('C'),
      consumer('D', { max_batch: 101 }),
      consumer('D', { max_batch: 100 }),
      ['CONSUMER.MSG.NEXT.A.C', { batch: 101, no_wait: true }],
      ['CONSUMER.MSG.NEXT.A.C', { batch: 100, no_wait: true }],
      ['INFO'],
    ],
  },
  'limits: of an account': {
    server: 'limited',
    user: 'small',
    steps: [
      ['INFO'],
      create('A', { max_bytes: 40 * KIB }),
      create('A', { max_bytes: 80 * KIB, storage: 'file' }),
      create('A', { max_bytes: 20 * KIB }),
      create('B', { max_bytes: 30 * KIB }),
      create('C', { max_bytes: 30 * KIB }),
      create('F', { max_bytes: 60 * KIB, storage: 'file' }),
      update('A', { max_bytes: 40 * KIB }),
      update('A', { max_bytes: 30 * KIB }),
      create('G', { max_bytes: 10 }),
      create('H'),
      create('H', { max_bytes: 40 * KIB }),
      create('A', { max_bytes: 25 * KIB }),
      create('H', { subjects: ['A'] }),
      ['INFO'],
      ['STREAM.DELETE.B'],
      create('I'),
      consumer('C', { max_ack_pending: 201 }),
      consumer('C'),
      consumer('D', { max_ack_pending: 200 }),
      consumer('E', { max_ack_pending: 100 }),
      ['INFO'],
    ],
  },
  'limits: what is used': {
    server: 'limited',
    user: 'small',
    steps: [
      create('A'),
      create('F', { storage: 'file' }),
      ...Array.from({ length: 8 }, (): Request => ['A', k10]),
      ['INFO'],
      ...Array.from({ length: 14 }, (): Request => ['F', k10]),
      ['INFO'],
      ['STREAM.PURGE.A'],
      ['A', k10],
    ],
  },
  'limits: a size that is required': {
    server: 'limited',
    user: 'strict',
    steps: [
      create('A'),
      create('A', { max_bytes: 0 }),
      create('A', { max_bytes: 1000 }),
      update('A', { max_bytes: -1 }),
      create('A'),
      create('B', { max_bytes: 900 * KIB }),
      create('B', { max_bytes: 1000, storage: 'file' }),
      ['INFO'],
    ],
  },
};
