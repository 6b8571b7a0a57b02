import { describe, expect, it } from 'vitest';
import { AccountsBench } from '../testing/accounts-bench.ts';
import { Bench, type TestClient } from '../testing/bench.ts';

const publish = (client: TestClient, subject: string, reply = ''): TestClient =>
  client.say(`PUB ${subject} ${reply === '' ? '' : `${reply} `}2\r\nhi\r\n`);
const delivered = (subject: string, sid = 1): string => `MSG ${subject} ${sid} 2\r\nhi\r\n`;

/** So many that they have come to share a route. */
function answered(client: TestClient, prefix: string): void {
  for (let number = 0; number < 4; number++) publish(client, `${prefix}.${number}`);
}

describe('answers that share a route', () => {
  it('come under their own subject, and to whoever names it from then on, said over and over', () => {
    const bench = new Bench();
    const asking = bench.client().say('SUB _INBOX.me.* 1\r\n');
    const [one, another] = [bench.client(), bench.client()];
    answered(one, '_INBOX.me');
    expect(asking.hear()).toBe([0, 1, 2, 3].map((number) => delivered(`_INBOX.me.${number}`)).join(''));
    const listening = bench.client();
    const heard = (): string[] => {
      publish(one, '_INBOX.me.3');
      return [asking.hear(), listening.hear()];
    };
    expect(heard()).toEqual([delivered('_INBOX.me.3'), '']);
    listening.say('SUB _INBOX.me.3 7\r\n');
    // Somebody else finds out first that the inboxes are no longer alike.
    publish(another, '_INBOX.me.4');
    expect(asking.hear()).toBe(delivered('_INBOX.me.4'));
    expect(heard()).toEqual([delivered('_INBOX.me.3'), delivered('_INBOX.me.3', 7)]);
    listening.say('UNSUB 7\r\n');
    expect(heard()).toEqual([delivered('_INBOX.me.3'), '']);
    asking.say('UNSUB 1\r\n');
    expect(heard()).toEqual(['', '']);
  });

  it('are told of by their own subject when nobody takes them', () => {
    const bench = new Bench();
    const client = bench.client().say('SUB in 1\r\n');
    answered(client, '_INBOX.gone');
    publish(client, '_INBOX.gone.9', 'in');
    expect(client.hear()).toContain('Nats-Subject: _INBOX.gone.9\r\n');
  });

  it('are refused by their own subject', async () => {
    const bench = new AccountsBench([{ name: 'A' }]);
    const asking = await bench.in('A', ['_INBOX.me.*']);
    const client = await bench.in('A', [], { permissions: { publish: { deny: ['_INBOX.me.2'] } } });
    answered(client, '_INBOX.me');
    expect(asking.hear()).toBe([0, 1, 3].map((number) => delivered(`_INBOX.me.${number}`)).join(''));
    expect(client.hear()).toBe('-ERR \'Permissions Violation for Publish to "_INBOX.me.2"\'\r\n');
  });

  it('are mapped, and heard in other accounts, by their own subject', async () => {
    const subject = '_INBOX.me.2';
    const bench = new AccountsBench([
      { name: 'A', exports: [{ kind: 'stream', subject }] },
      { name: 'B', imports: [{ kind: 'stream', account: 'A', subject, allowTrace: false }] },
      { name: 'C', mappings: [{ source: subject, destinations: [{ subject: 'mapped', weight: 100 }] }] },
    ]);
    const [a, b, c] = [await bench.in('A'), await bench.in('B', ['>']), await bench.in('C', ['mapped'])];
    for (const client of [a, c]) answered(client, '_INBOX.me');
    expect([b.hear(), c.hear()]).toEqual([delivered(subject), delivered('mapped')]);
    for (const client of [a, c]) answered(client, '_INBOX.me');
    expect([b.hear(), c.hear()]).toEqual([delivered(subject), delivered('mapped')]);
  });

  it('are as valid as their own subject', () => {
    const bench = new Bench();
    const client = bench.client({ pedantic: true });
    answered(client, '_INBOX.me');
    expect(client.hear()).toBe('');
    publish(client, '_INBOX.me.*');
    expect(client.hear()).toBe("-ERR 'Invalid Publish Subject'\r\n");
  });
});
