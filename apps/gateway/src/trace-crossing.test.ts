import { expect, it } from 'vitest';
import { AccountsBench } from './testing/accounts-bench.ts';
import type { TestClient } from './testing/bench.ts';

const SAMPLED = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function publish(client: TestClient, subject: string, headers: Record<string, string>, reply = ''): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const block = `NATS/1.0\r\n${lines.join('')}\r\n`;
  client.say(`HPUB ${subject} ${reply} ${block.length} ${block.length + 1}\r\n${block}x\r\n`);
}

/** The events of the trace among what was heard; times aside. */
function events(heard: string): unknown[] {
  const report = heard.split('\r\n').find((line) => line.startsWith('{"server"')) ?? '{"events":[]}';
  return JSON.parse(report).events.map(({ ts: _, kind: _kind, cid: _cid, ...event }: Record<string, unknown>) => event);
}

const exported = (allowTrace: boolean) => ({
  name: 'A',
  exports: [
    { kind: 'stream' as const, subject: 's' },
    { kind: 'service' as const, subject: 'q', responseType: 'Singleton' as const, allowTrace },
  ],
  mappings: [{ source: 'm', destinations: [{ subject: 's', weight: 100 }] }],
});
const imported = (allowTrace: boolean) => ({
  name: 'B',
  imports: [
    { kind: 'stream' as const, account: 'A', subject: 's', to: 'b', allowTrace },
    { kind: 'service' as const, account: 'A', subject: 'q', share: false },
  ],
});

it.each([true, false])(
  'a trace says that a stream left the account; who heard it only where that is allowed (%s)',
  async (allowed) => {
    const bench = new AccountsBench([exported(true), imported(allowed)]);
    const [a, b] = [await bench.in('A', ['dst']), await bench.in('B', ['b'])];
    publish(a, 'm', { 'Nats-Trace-Dest': 'dst' });
    expect(b.hear()).toContain('HMSG b 1 ');
    expect(events(a.hear())).toEqual([
      { type: 'in', name: 'n', acc: 'A', subj: 'm' },
      { type: 'sm', to: 's' },
      { type: 'se', acc: 'B', to: 'b' },
      ...(allowed ? [{ type: 'eg', name: 'n', acc: 'B', sub: 'b' }] : []),
    ]);
  },
);

it.each([true, false])(
  'a trace into a service: it is told of no destination, or one that leads back (%s)',
  async (allowed) => {
    const bench = new AccountsBench([exported(allowed), imported(true)]);
    const [a, b] = [await bench.in('A', ['q']), await bench.in('B', ['dst'])];
    publish(b, 'q', { 'Nats-Trace-Dest': 'dst' }, 'inbox');
    const heard = a.hear();
    expect(events(b.hear())).toEqual([
      { type: 'in', name: 'n', acc: 'B', subj: 'q' },
      { type: 'si', acc: 'A', from: 'q', to: 'q' },
      ...(allowed ? [{ type: 'eg', name: 'n', acc: 'A', sub: 'q' }] : []),
    ]);
    const told = /Nats-Trace-Dest: ([^\r]*)/.exec(heard)?.[1] ?? '';
    expect(told).toMatch(allowed ? /^_R_\./ : /^trace disabled$/);
    if (allowed) expect(a.say(`PUB ${told} 4\r\nmore\r\n`) && b.hear()).toBe('MSG dst 1 4\r\nmore\r\n');
  },
);

it('an account may have the traces of messages that others sample, whatever their publisher may publish to', async () => {
  const bench = new AccountsBench([{ name: 'A', traceDestination: { subject: 'tr', sampling: 40 } }]);
  const observer = await bench.in('A', ['tr']);
  const publisher = await bench.in('A', [], { permissions: { publish: { allow: ['foo'] } } });
  const draws = [0.39, 0.4];
  bench.runtime.chance = () => draws.shift() ?? 0;
  publish(publisher, 'foo', { traceparent: SAMPLED });
  expect(events(observer.hear())).toEqual([{ type: 'in', name: 'n', acc: 'A', subj: 'foo' }]);
  publish(publisher, 'foo', { Traceparent: SAMPLED });
  publish(publisher, 'foo', { traceparent: SAMPLED.replace(/1$/, '0') });
  publish(publisher, 'foo', { traceparent: 'nonsense' });
  publish(publisher, 'foo', { x: 'y' });
  expect(observer.hear()).toBe('');
});
