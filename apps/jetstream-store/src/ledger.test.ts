import { unlimitedJetStream } from '@skein/accounts';
import { checkStreamConfig, type StreamConfig } from '@skein/jetstream-core';
import { expect, it } from 'vitest';
import { type Holder, Ledger } from './ledger.ts';

const stream = (name: string, more: Partial<StreamConfig> = {}): StreamConfig =>
  checkStreamConfig({ name, storage: 'memory', ...more });
const holder = (name: string, more: object = {}, tier = ''): Holder => ({
  name,
  limits: { [tier]: { ...unlimitedJetStream(), ...more } },
});

it('says which ledger has not enough, and how much there is', () => {
  const ledger = new Ledger({ maxMemoryBytes: 1000, maxFileBytes: 0 });
  const own = holder('A', { memoryBytesMax: 600 });
  ledger.take(own, stream('S', { max_bytes: 500 }));
  const refused = (config: StreamConfig, by = own): unknown => {
    try {
      ledger.take(by, config);
    } catch (error) {
      return (error as { detail?: string }).detail;
    }
  };
  expect(refused(stream('T', { max_bytes: 101 }))).toBe('account A: 101 bytes more wanted, 500 of 600 reserved');
  expect(refused(stream('T', { max_bytes: 501 }), holder('B'))).toBe(
    'server: 501 bytes more wanted, 500 of 1000 reserved',
  );
  expect(refused(stream('F', { max_bytes: 1, storage: 'file' }))).toBe('server: 1 bytes more wanted, 0 of 0 reserved');
  expect(refused(stream('U'))).toBeUndefined();
  expect(ledger.reserved('A')).toEqual({ streams: 2, memory: 500, file: 0 });
});

it('what is given back, or refused, can be taken again', () => {
  const ledger = new Ledger({ maxMemoryBytes: 1000, maxFileBytes: 1000 });
  const own = holder('A', { streamsMax: 1 });
  const config = stream('S', { max_bytes: 900 });
  ledger.take(own, config);
  expect(() => ledger.take(own, stream('T'))).toThrow('maximum number of streams reached');
  expect(() => ledger.take(own, stream('S', { max_bytes: 1100 }), config)).toThrow('insufficient memory');
  const smaller = stream('S', { max_bytes: 100 });
  ledger.take(own, smaller, config);
  expect(ledger.reserved('A')).toEqual({ streams: 1, memory: 100, file: 0 });
  ledger.give(own, smaller);
  ledger.take(own, stream('T', { max_bytes: 1000 }));
});

it('tiers have books of their own; without one for so many replicas there is nothing', () => {
  const ledger = new Ledger({ maxMemoryBytes: 1000, maxFileBytes: 1000 });
  ledger.take(holder('A', {}, 'R1'), stream('S', { max_bytes: 10 }));
  expect([ledger.reserved('A', 'R1').memory, ledger.reserved('A', 'R3').memory]).toEqual([10, 0]);
  expect(ledger.reserved('A').memory).toBe(10);
  expect(() => ledger.take(holder('A', {}, 'R3'), stream('T'))).toThrow('no JetStream default or applicable tiered');
});

it('notes again what a stream was when it did not become another', () => {
  const ledger = new Ledger({ maxMemoryBytes: 1000, maxFileBytes: 0 });
  const own = holder('A');
  const before = stream('S', { max_bytes: 100 });
  const after = stream('S', { max_bytes: 300 });
  ledger.take(own, before);
  ledger.take(own, after, before);
  expect(ledger.reserved('A')).toEqual({ streams: 1, memory: 300, file: 0 });
  ledger.replace(own, after, before);
  expect(ledger.reserved('A')).toEqual({ streams: 1, memory: 100, file: 0 });
});
