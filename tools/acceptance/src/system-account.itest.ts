import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { Notices } from './client.ts';
import type { Node } from './node.ts';
import { openClientAt, startNode } from './scope.ts';
import { until } from './until.ts';

const conf = `
system_account: SYS
accounts {
  SYS { users: [ { user: sys, password: p } ] }
  APP { users: [ { user: app, password: p } ] }
}
`;
/** A process takes well under a second to come back; machines that run tests are loaded. */
const BACK_MS = 5000;
const PING = '$SYS.REQ.SERVER.PING';

const startBoth = (): Promise<Node> => startNode({ gateways: 2, conf });
const system = (node: Node, gateway: number) => openClientAt(node, gateway, { user: 'sys', pass: 'p' });
const application = (node: Node, gateway: number, name = '') =>
  openClientAt(node, gateway, { user: 'app', pass: 'p', name });

const serverId = (client: NatsConnection): string => client.info?.server_id as string;

interface Answer {
  server?: object;
  error?: { code: number; description: string };
}

async function ask(
  client: NatsConnection,
  subject: string,
  body: string | Uint8Array = '',
  timeout = 10_000,
): Promise<Answer> {
  return (await client.request(subject, body, { timeout })).json<Answer>();
}

/** Events on the pattern, as they come. */
class Events {
  readonly seen: { subject: string; event: Record<string, unknown> }[] = [];

  static async on(client: NatsConnection, pattern: string): Promise<Events> {
    const events = new Events();
    const callback = (_error: Error | null, message: Msg): void => {
      events.seen.push({ subject: message.subject, event: message.json() });
    };
    client.subscribe(pattern, { callback });
    await client.flush();
    return events;
  }

  async find(what: string, isIt: (event: Record<string, unknown>, subject: string) => boolean) {
    const find = () => this.seen.find(({ subject, event }) => isIt(event, subject));
    await until(what, BACK_MS, () => find() !== undefined);
    return find()?.event as Record<string, unknown>;
  }
}

const clientOf = (event: Record<string, unknown>) => event.client as { name?: string } | undefined;

describe('the system account of a node with two gateways', () => {
  it('hears of the clients of both, and counts them together', async () => {
    const node = await startBoth();
    const watcher = await system(node, 0);
    const events = await Events.on(watcher, '$SYS.ACCOUNT.APP.>');
    const counts = await Events.on(watcher, '$SYS.SERVER.ACCOUNT.*.CONNS');
    await application(node, 0, 'near');
    const far = await application(node, 1, 'far');
    for (const name of ['near', 'far']) await events.find(name, (event) => clientOf(event)?.name === name);
    await counts.find('both', ({ acc, conns }) => acc === 'APP' && conns === 2);
    await far.close();
    await events.find('the end of one', ({ type, client }) => {
      return type === 'io.nats.server.advisory.v1.client_disconnect' && (client as { name: string }).name === 'far';
    });
    await counts.find('one', ({ acc, conns }) => acc === 'APP' && conns === 1);
  });

  it('closes a client on the other gateway, and tells it before that it had better go', async () => {
    const node = await startBoth();
    const asker = await system(node, 0);
    const victim = await application(node, 1);
    const notices = new Notices(victim);
    const body = JSON.stringify({ cid: victim.info?.client_id });
    expect((await ask(asker, `$SYS.REQ.SERVER.${serverId(asker)}.LDM`, body)).error).toBeUndefined();
    await notices.first('ldm');
    expect((await ask(asker, `$SYS.REQ.SERVER.${serverId(asker)}.KICK`, body)).error).toBeUndefined();
    await notices.first('disconnect');
    expect(await ask(asker, `$SYS.REQ.SERVER.${serverId(asker)}.KICK`, body)).toMatchObject({
      error: { code: 500, description: 'no such client or leafnode id' },
    });
  });

  it.each(['monitor', 'router'] as const)(
    'a request is answered or refused while the %s is away',
    async (component) => {
      const node = await startBoth();
      const asker = await system(node, 1);
      await ask(asker, PING);
      const victim = await node.process(component);
      process.kill(victim.pid, 'SIGKILL');
      const outcomes: string[] = [];
      const begun = performance.now();
      while (performance.now() - begun < BACK_MS) {
        const outcome = await ask(asker, PING, '', 1000).then(
          () => 'answer',
          (error: Error) => error.name,
        );
        outcomes.push(outcome);
        if (outcome === 'answer' && (await isReplaced(node, victim.pid))) break;
      }
      expect(outcomes.at(-1)).toBe('answer');
      // What was on its way to the process that died may be lost: the first one, at most.
      expect(outcomes.slice(1).filter((one) => one !== 'answer' && one !== 'NoRespondersError')).toEqual([]);
    },
  );

  it('every request that makes no sense gets an error, and the node does not mind', async () => {
    const node = await startBoth();
    const asker = await system(node, 0);
    const id = serverId(asker);
    const before = (await node.varz()).processes;
    const bodies: (string | Uint8Array)[] = [
      ...[
        '{',
        '[',
        '}',
        'nul',
        '"',
        '{"a"}',
        '[1]',
        '5',
        '"x"',
        'true',
        '{"limit":}',
        '\0',
        '{"tags":[1]}',
        '{"tags":"a"}',
      ],
      ...['{"server_name":1}', '{"exact_match":"yes"}', '{"host":[]}', '{"cluster":{}}', '{"domain":false}'],
      '['.repeat(10_000),
      `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"server_name":1}`,
      new Uint8Array([0xff, 0xfe, 0, 1]),
      'x'.repeat(1024 * 1024),
    ];
    const pages = ['VARZ', 'CONNZ', 'SUBSZ', 'ACCOUNTZ', 'HEALTHZ', 'STATSZ', 'JSZ', 'PROFILEZ', 'RELOAD', 'SUBZ'];
    const asked = pages.flatMap((page) => bodies.map((body) => ask(asker, `$SYS.REQ.SERVER.${id}.${page}`, body)));
    const answers = await Promise.all(asked);
    expect(answers.length).toBeGreaterThan(200);
    expect(answers.filter(({ error }) => error === undefined)).toEqual([]);
    const deeds = ['KICK', 'LDM'].flatMap((deed) =>
      ['', '{', '{"cid":"x"}', '{"cid":-1}', '{"cid":1e99}', '{"cid":null}', '{"name":"x"}'].map((body) =>
        ask(asker, `$SYS.REQ.SERVER.${id}.${deed}`, body),
      ),
    );
    expect((await Promise.all(deeds)).filter(({ error }) => error === undefined)).toEqual([]);
    const nobody = [
      `$SYS.REQ.SERVER.${id}.NOPE`,
      `$SYS.REQ.SERVER.${id}`,
      '$SYS.REQ.SERVER.x.VARZ',
      '$SYS.REQ.ACCOUNT',
    ];
    for (const subject of nobody) await expect(ask(asker, subject)).rejects.toThrow(/no responders/);
    // Read as literals, wildcards are the names of an account, or of nothing.
    for (const subject of ['$SYS.REQ.ACCOUNT.*.INFO', '$SYS.REQ.ACCOUNT.>.INFO', '$SYS.REQ.ACCOUNT.é.INFO']) {
      expect(await ask(asker, subject)).toMatchObject({ error: { code: 500 } });
    }
    for (const page of [...pages, 'KICK', 'LDM']) asker.publish(`$SYS.REQ.SERVER.${id}.${page}`, '{"cid":1}');
    await asker.flush();
    expect((await ask(asker, PING)).server).toBeDefined();
    const pids = (processes: typeof before) => processes.map(({ pid, restarts }) => [pid, restarts]);
    expect(pids((await node.varz()).processes)).toEqual(pids(before));
  });

  it('tells statistics soon after the start, and its end', async () => {
    const node = await startBoth();
    const watcher = await system(node, 1);
    const events = await Events.on(watcher, '$SYS.SERVER.>');
    await events.find('statistics', (_event, subject) => subject.endsWith('.STATSZ'));
    process.kill(node.server.pid, 'SIGTERM');
    await events.find('the end', (_event, subject) => subject.endsWith('.SHUTDOWN'));
  });
});

async function isReplaced(node: Node, pid: number): Promise<boolean> {
  const varz = await node.varz().catch(() => undefined);
  return varz?.processes.every((one) => one.pid !== pid) ?? false;
}
