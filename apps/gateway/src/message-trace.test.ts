import { compilePermissions } from '@skein/permissions';
import { describe, expect, it } from 'vitest';
import { Bench, type TestClient } from './testing/bench.ts';

const IDENTITY = {
  serverId: 'NID',
  serverName: 'node',
  version: '2.15.2',
  xkey: '',
  productVersion: '1',
  startedUnixMs: 0,
};

function tracing(): Bench {
  return new Bench({}, (trace) => trace.report(IDENTITY, 'here', 1, 'now'));
}

function publish(client: TestClient, headers: Record<string, string>, subject = 'foo'): TestClient {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const block = `NATS/1.0\r\n${lines.join('')}\r\n`;
  return client.say(`HPUB ${subject} ${block.length} ${block.length + 2}\r\n${block}hi\r\n`);
}

/** The report in a frame to `dest`. */
function reportIn(heard: string): { events: Record<string, unknown>[]; request: unknown } {
  return JSON.parse(heard.split('\r\n')[1]);
}

describe('a message that asks for its trace', () => {
  it('is delivered, and says to whom', () => {
    const bench = tracing();
    const observer = bench.client().say('SUB dest 1\r\n');
    const subscriber = bench.client({ name: 'n' }).say('SUB foo 1\r\nSUB * q 2\r\n');
    const publisher = publish(bench.client(), { 'Nats-Trace-Dest': 'dest' });
    expect(subscriber.hear().split('HMSG').length - 1).toBe(2);
    const { events, request } = reportIn(observer.hear());
    expect(events).toMatchObject([
      { type: 'in', cid: publisher.connection.cid, acc: '$G', subj: 'foo' },
      { type: 'eg', cid: subscriber.connection.cid, name: 'n', sub: 'foo' },
      { type: 'eg', cid: subscriber.connection.cid, name: 'n', sub: '*', queue: 'q' },
    ]);
    expect(request).toMatchObject({ header: { 'Nats-Trace-Dest': ['dest'] } });
  });

  it('and for nothing else goes to nobody', () => {
    const bench = tracing();
    const observer = bench.client().say('SUB dest 1\r\n');
    const subscriber = bench.client().say('SUB foo 1\r\n');
    bench.gateway.account('$G').setRemote(2, 'foo', '', 1);
    const link = bench.member.link(2);
    publish(bench.client(), { 'Nats-Trace-Dest': 'dest', 'Nats-Trace-Only': 'true' });
    expect([subscriber.hear(), link.delivered]).toEqual(['', []]);
    expect(reportIn(observer.hear()).events.length).toBe(2);
  });

  it('names a bounded number of receivers', () => {
    const bench = tracing();
    const observer = bench.client().say('SUB dest 1\r\n');
    const subscriber = bench.client();
    for (let i = 0; i < 1100; i++) subscriber.say(`SUB foo ${i}\r\n`);
    publish(bench.client(), { 'Nats-Trace-Dest': 'dest' });
    const { events } = reportIn(observer.hear());
    expect(events.length).toBeGreaterThan(1000);
    expect(events.length).toBeLessThan(1100);
  });

  it.each(['a b', 'a\tb', 'a\nMSG b 1 0', 'a\rb', 'a\x00b', ''])('to %j, which no subject can be, gets none', (to) => {
    const bench = tracing();
    const observer = bench.client().say('SUB > 1\r\n');
    publish(bench.client(), { 'Nats-Trace-Dest': to });
    const heard = observer.hear();
    expect(heard.split('hi\r\n')[1]).toBe('');
    expect(heard).toMatch(/^HMSG foo 1 \d+ \d+\r\n[\s\S]*\r\n\r\nhi\r\n$/);
  });

  it('to a subject that its publisher may not publish to gets none', () => {
    const bench = tracing();
    const observer = bench.client().say('SUB > 1\r\n');
    const publisher = bench.client();
    publisher.connection.permissions = compilePermissions({ publish: { deny: ['dest'] } });
    publish(publisher, { 'Nats-Trace-Dest': 'dest' });
    expect(observer.hear()).not.toContain('MSG dest');
  });
});
