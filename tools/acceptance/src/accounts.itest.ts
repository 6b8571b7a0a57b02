import { readFile } from 'node:fs/promises';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { openClient, openClientAt, startNode } from './scope.ts';
import { Traffic } from './traffic.ts';
import { until } from './until.ts';

const GATEWAYS = 3;
/** Enough that some are on different gateways, whichever the kernel chooses. */
const CLIENTS = 4;

const login = (name: string) => ({ user: name, pass: 'p' });
const user = (name: string): string => `users: [ { user: ${name}, password: p } ]`;

describe('accounts', () => {
  it('an example: streams, services and mappings, with official clients', async () => {
    const conf = await readFile(new URL('../../../examples/accounts.conf', import.meta.url), 'utf8');
    // Not the ports of the example: others run tests on this machine.
    const node = await startNode({ conf: conf.replace(/^(?:port|http):.*$/gm, ''), gateways: GATEWAYS });
    const orders = await openClient(node, { user: 'orders', pass: 'change-me-2' });
    const shop = await openClient(node, { user: 'shop', pass: 'change-me-3' });
    const created = shop.subscribe('from.orders.created.>', { max: 1 });
    const placed = orders.subscribe('orders.in.*.*', { max: 2 });
    orders.subscribe('orders.status.*', {
      callback: (_error, message) => {
        const about = headers();
        about.set('Asked-By', JSON.parse(message.headers?.get('Nats-Request-Info') ?? '{}').acc);
        message.respond(`${message.subject}: sent`, { headers: about });
      },
    });
    await Promise.all([shop.flush(), orders.flush()]);

    const status = await shop.request('status.17');
    expect([status.string(), status.headers?.get('Asked-By')]).toEqual(['orders.status.17: sent', 'SHOP']);
    orders.publish('orders.created.eu.17', 'books');
    for await (const message of created) expect(message.subject).toBe('from.orders.created.eu.17');
    orders.publish('orders.new.alice', '1');
    orders.publish('orders.new.alice', '2');
    const partitions: string[] = [];
    for await (const message of placed) partitions.push(message.subject);
    expect(partitions[0]).toMatch(/^orders\.in\.[0-7]\.alice$/);
    expect(partitions[1]).toBe(partitions[0]);
  });

  it('services answer over all gateways, whoever of them is asked', async () => {
    const conf = `accounts {
      A { ${user('a')}, exports: [ { service: "who.*" } ] }
      B { ${user('b')}, imports: [ { service: { account: A, subject: "who.*" } } ], exports: [ { service: "who.*" } ] }
      C { ${user('c')}, imports: [ { service: { account: B, subject: "who.*" } } ] }
    }`;
    const node = await startNode({ conf, gateways: GATEWAYS });
    const open = (name: string): Promise<NatsConnection[]> =>
      Promise.all(Array.from({ length: CLIENTS }, () => openClient(node, login(name))));
    const [services, askers, further] = [await open('a'), await open('b'), await open('c')];
    const subscriptions = services.map((service) =>
      service.subscribe('who.*', { queue: 'q', callback: (_error, message) => void message.respond(message.subject) }),
    );
    await Promise.all(services.map((service) => service.flush()));
    const asked = [...askers, ...further].flatMap((client, one) =>
      Array.from({ length: 25 }, async (_, i) => [
        (await client.request(`who.${one}-${i}`)).string(),
        `who.${one}-${i}`,
      ]),
    );
    for (const [answer, expected] of await Promise.all(asked)) expect(answer).toBe(expected);
    for (const subscription of subscriptions) subscription.unsubscribe();
    await Promise.all(services.map((service) => service.flush()));
    for (const client of [askers[0], further[0]])
      await expect(client.request('who.x')).rejects.toThrow('no responders');
  });

  it('a reload that lowers how many clients may be in an account holds over all gateways', async () => {
    const conf = (limit: number): string => `accounts { A { ${user('a')}, limits { max_connections: ${limit} } } }`;
    const node = await startNode({ conf: conf(6), gateways: 2 });
    const clients = await Promise.all(
      [0, 0, 0, 1, 1, 1].map((gateway) => openClientAt(node, gateway, { ...login('a'), reconnect: false })),
    );
    expect(await node.reload(conf(4))).toContain('Reloaded server configuration');
    const count = (): number => clients.filter((client) => !client.isClosed()).length;
    await until('as many as may stay', 10_000, () => count() <= 4);
    await Promise.all(clients.filter((client) => !client.isClosed()).map((client) => client.flush()));
    expect(count()).toBe(4);
  });

  it('a reload under load takes nothing from an import that stays', async () => {
    const conf = (more: number): string => `accounts {
      A {
        ${user('a')}
        exports: [ { stream: "traffic.*.messages" }, ${'{ stream: "other.>" }, '.repeat(more)} ]
        imports: [ { service: { account: B, subject: "traffic.*.requests" } } ]
      }
      B {
        ${user('b')}
        exports: [ { service: "traffic.*.requests" } ]
        imports: [
          { stream: { account: A, subject: "traffic.*.messages" } }
          ${more > 0 ? `{ stream: { account: A, subject: "other.${more}" } }` : ''}
        ]
        mappings { m${more}: n }
      }
      ${more % 2 ? `C { ${user('c')}, imports: [ { stream: { account: A, subject: "traffic.*.messages" } } ] }` : ''}
    }`;
    const node = await startNode({ conf: conf(0), gateways: 2 });
    const traffic = await Traffic.start(await openClient(node, login('a')), await openClient(node, login('b')));
    for (let more = 1; more <= 4; more++) {
      expect(await node.reload(conf(more))).toContain('Reloaded server configuration');
      await traffic.advance(10);
    }
    expect(await node.reload(conf(0))).toContain('Reloaded server configuration');
    await traffic.advance(10);
    const { sent, received, failures } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(received).toEqual(sent);
  });
});
