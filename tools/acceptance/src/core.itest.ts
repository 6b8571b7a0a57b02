import {
  createInbox,
  errors,
  headers,
  type Msg,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Notices } from './client.ts';
import { Node } from './node.ts';
import { startNode } from './scope.ts';
import { type Transport, transports } from './transports.ts';

/** Takes `count` messages; the subscription ends with them. */
async function take(subscription: Subscription, count: number): Promise<Msg[]> {
  const messages: Msg[] = [];
  for await (const message of subscription) if (messages.push(message) === count) break;
  return messages;
}

const texts = (messages: Msg[]): string[] => messages.map((message) => message.string());

describe.each(transports)('an official client over $name', (transport: Transport) => {
  let node: Node;
  let clients: NatsConnection[] = [];

  const open = async (options = {}, to = node): Promise<NatsConnection> => {
    const client = await transport.connect(to, options);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    node = await Node.start(transport.node);
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
  });
  afterAll(() => node?.server.stop());

  it('publishes and subscribes, wildcards included', async () => {
    const [one, two] = [await open(), await open()];
    const subscriptions = ['a.b.c', 'a.*.c', 'a.>', '*.b.*'].map((subject) => two.subscribe(subject, { max: 1 }));
    const other = two.subscribe('a.b', { max: 1 });
    await two.flush();
    one.publish('a.b.c', 'hello');
    one.publish('a.b', 'short');
    for (const subscription of subscriptions) {
      const [message] = await take(subscription, 1);
      expect([message.subject, message.string()]).toEqual(['a.b.c', 'hello']);
    }
    expect(texts(await take(other, 1))).toEqual(['short']);
  });

  it('receives what one publisher sends in its order, whole', async () => {
    const [one, two] = [await open(), await open()];
    const subscription = two.subscribe('order');
    await two.flush();
    const bodies = Array.from({ length: 2000 }, (_, index) => `${index}:`.padEnd((index * 37) % 3000, 'x'));
    for (const body of bodies) one.publish('order', body);
    expect(texts(await take(subscription, bodies.length))).toEqual(bodies);
  });

  it('requests and replies', async () => {
    const [one, two] = [await open(), await open()];
    two.subscribe('upper', { callback: (_error, message) => void message.respond(message.string().toUpperCase()) });
    await two.flush();
    const answers = await Promise.all(['a', 'b', 'c'].map((text) => one.request('upper', text)));
    expect(texts(answers)).toEqual(['A', 'B', 'C']);
  });

  it('is told at once that nobody answers', async () => {
    const one = await open();
    const begun = performance.now();
    const error = await one.request('nobody.there', '', { timeout: 5000 }).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(errors.RequestError);
    expect((error as InstanceType<typeof errors.RequestError>).isNoResponders()).toBe(true);
    expect(performance.now() - begun).toBeLessThan(2500);
  });

  it('shares work within a queue group, and only there', async () => {
    const [one, ...members] = [await open(), await open(), await open(), await open()];
    const all: string[] = [];
    const done = Promise.withResolvers<void>();
    const counts = members.map((member, index) => {
      const taken: string[] = [];
      member.subscribe('work', {
        queue: `workers`,
        callback: (_error, message) => {
          taken.push(message.string());
          all.push(`${index}:${message.string()}`);
          if (all.length === 900) done.resolve();
        },
      });
      return taken;
    });
    const everything = members[0].subscribe('work');
    await Promise.all(members.map((member) => member.flush()));
    const sent = Array.from({ length: 900 }, (_, index) => String(index));
    for (const text of sent) one.publish('work', text);
    await done.promise;
    expect(texts(await take(everything, 900))).toEqual(sent);
    expect(counts.flat().sort((a, b) => Number(a) - Number(b))).toEqual(sent);
    // 900 fair picks of 3 give less than 200 to one with a probability of 1e-13.
    for (const taken of counts) expect(taken.length).toBeGreaterThan(200);
  });

  it('sends and receives headers', async () => {
    const [one, two] = [await open(), await open()];
    const subscription = two.subscribe('headed', { max: 1 });
    await two.flush();
    const sent = headers();
    sent.set('Trace', 'abc');
    sent.append('Many', 'one');
    sent.append('Many', 'two: 2');
    one.publish('headed', 'body', { headers: sent });
    const [message] = await take(subscription, 1);
    expect(message.string()).toBe('body');
    expect(message.headers?.get('Trace')).toBe('abc');
    expect(message.headers?.values('Many')).toEqual(['one', 'two: 2']);
  });

  it('unsubscribes after a number of messages', async () => {
    const [one, two] = [await open(), await open()];
    const limited = two.subscribe('limited');
    limited.unsubscribe(3);
    const unlimited = two.subscribe('limited');
    await two.flush();
    for (let index = 0; index < 5; index++) one.publish('limited', String(index));
    expect(texts(await take(unlimited, 5))).toEqual(['0', '1', '2', '3', '4']);
    expect(texts(await take(limited, 3))).toEqual(['0', '1', '2']);
    expect(limited.isClosed()).toBe(true);
    // The server has let go of it too: nobody is there for a request.
    const gone = two.subscribe('limited.request', { max: 1, callback: (_error, message) => void message.respond() });
    await two.flush();
    await one.request('limited.request');
    await gone.closed;
    await expect(one.request('limited.request')).rejects.toThrow(errors.RequestError);
  });

  it('drains: what was sent before is dealt with, nothing after', async () => {
    const [one, two] = [await open(), await open()];
    const seen: string[] = [];
    const first = Promise.withResolvers<void>();
    two.subscribe('drained', {
      callback: (_error, message) => {
        seen.push(message.string());
        first.resolve();
      },
    });
    await two.flush();
    for (let index = 0; index < 500; index++) one.publish('drained', String(index));
    await one.flush();
    await first.promise;
    await two.drain();
    expect(seen).toEqual(Array.from({ length: 500 }, (_, index) => String(index)));
    expect(two.isClosed()).toBe(true);
    await expect(one.request('drained')).rejects.toThrow(errors.RequestError);
  });

  it('flushes and measures the round trip', async () => {
    const one = await open();
    await one.flush();
    expect(await one.rtt()).toBeGreaterThanOrEqual(0);
  });

  it('does not hear itself with noEcho', async () => {
    const [one, two] = [await open({ noEcho: true }), await open()];
    const [own, others] = [one.subscribe('echo'), two.subscribe('echo', { max: 1 })];
    await Promise.all([one.flush(), two.flush()]);
    one.publish('echo', 'mine');
    await take(others, 1);
    two.publish('echo', 'yours');
    expect(texts(await take(own, 1))).toEqual(['yours']);
  });

  it('learns the payload limit, and what is at the limit passes', async () => {
    const [one, two] = [await open(), await open()];
    const limit = one.info?.max_payload ?? 0;
    expect(limit).toBe(65_536);
    const subscription = two.subscribe('big', { max: 1 });
    await two.flush();
    one.publish('big', 'x'.repeat(limit));
    const [message] = await take(subscription, 1);
    expect(message.data.length).toBe(limit);
    expect(() => one.publish('big', 'x'.repeat(limit + 1))).toThrow('max_payload');
  });

  it('reaches many with one message', async () => {
    const [one, two] = [await open(), await open()];
    const subscriptions = Array.from({ length: 50 }, () => two.subscribe('news', { max: 1 }));
    await two.flush();
    one.publish('news', 'to all');
    for (const subscription of subscriptions) expect(texts(await take(subscription, 1))).toEqual(['to all']);
  });

  it('has requests with inboxes of its own answered', async () => {
    const [one, two] = [await open(), await open()];
    two.subscribe('many', {
      callback: (_error, message) => {
        for (const part of ['1', '2', '3']) message.respond(part);
      },
    });
    await two.flush();
    const inbox = createInbox();
    const answers = one.subscribe(inbox, { max: 3 });
    one.publish('many', '', { reply: inbox });
    expect(texts(await take(answers, 3))).toEqual(['1', '2', '3']);
  });

  it('comes back by itself to a server that was killed and started again on its port', async () => {
    const first = await startNode(transport.node);
    const client = await open({}, first);
    const notices = new Notices(client);
    const subscription = client.subscribe('after', { max: 1 });
    await client.flush();
    await first.server.kill();
    await notices.first('disconnect');
    await startNode({ ...transport.node, port: first.port, websocketPort: first.server.websocketPort });
    await notices.first('reconnect');
    client.publish('after', 'the restart');
    expect(texts(await take(subscription, 1))).toEqual(['the restart']);
  });
});
