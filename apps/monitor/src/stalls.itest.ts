import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type ServerProcess, startServer, WireClient } from '@skein/testing';
import { afterEach, expect, it } from 'vitest';

const binary = join(import.meta.dirname, '../../../tools/nats-server');
const pages = ['/varz', '/connz', '/subsz', '/accstatz', '/accountz?acc=$G', '/routez', '/jsz', '/healthz', '/stacksz'];
const PAGE_MS_MAX = 200;
const POLL_MS = 20;

interface Listed {
  component: string;
  pid: number;
  silent?: boolean;
}

let server: ServerProcess | undefined;
const stopped = new Set<number>();
afterEach(async () => {
  for (const pid of stopped) go(pid);
  await server?.stop();
});

async function start(gateways: number): Promise<void> {
  server = await startServer(binary, {
    conf: `listen: "127.0.0.1:-1"\nhttp: "127.0.0.1:-1"\nskein { gateways: ${gateways} }\n`,
  });
}

const get = (page: string): Promise<Response> => fetch(`http://127.0.0.1:${server?.monitoringPort}${page}`);
interface Varz {
  total_connections: number;
  in_msgs: number;
  processes: Listed[];
}
const varzNow = async (): Promise<Varz> => (await get('/varz')).json() as Promise<Varz>;
const pidOf = async (component: string): Promise<number> =>
  (await varzNow()).processes.find((one) => one.component === component)?.pid as number;

async function timed(page: string) {
  const startedMs = performance.now();
  const answer = await get(page);
  const text = await answer.text();
  return { page, status: answer.status, text, ms: performance.now() - startedMs };
}

/** What else the machine does at the moment makes one answer late; a stalled process all of them. */
async function fastest(page: string) {
  let best = await timed(page);
  for (let more = 4; more > 0 && best.ms >= PAGE_MS_MAX; more--) {
    const next = await timed(page);
    if (next.ms < best.ms) best = next;
  }
  return best;
}

function go(pid: number): void {
  stopped.delete(pid);
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // The supervisor has ended it.
  }
}

function stop(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  stopped.add(pid);
}

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ask().catch(() => undefined);
    if (found !== undefined) return found;
    await setTimeout(POLL_MS);
  }
}

async function client(lines: string): Promise<WireClient> {
  const wire = await WireClient.connect({ port: (server as ServerProcess).port });
  await wire.send(`CONNECT {"verbose":false}\r\n${lines}`);
  await wire.sync();
  return wire;
}

it.each(['gateway', 'auth-resolver', 'router'])(
  'while the %s stalls pages show what was known last',
  async (component) => {
    await start(1);
    await client('SUB a 1\r\nPUB a 1\r\nx\r\n');
    for (const page of pages) await (await get(page)).text();
    const pid = await pidOf(component);
    stop(pid);
    const answers = [];
    for (const page of pages) answers.push(await fastest(page));
    expect(answers.filter(({ ms }) => ms >= PAGE_MS_MAX)).toEqual([]);
    const said = Object.fromEntries(answers.map(({ page, status, text }) => [page, { status, text }]));
    expect(said['/healthz'].status).toBe(503);
    expect(JSON.parse(said['/healthz'].text)).toMatchObject({
      status: 'unavailable',
      error: expect.stringMatching(new RegExp(`^${component} 0 does not answer, for \\d+\\.\\d s now$`)),
    });
    expect(said['/stacksz'].text).toContain(`${component} 0 does not answer`);
    const varz = JSON.parse(said['/varz'].text);
    expect(varz).toMatchObject({ connections: 1, in_msgs: 1, subscriptions: 1 });
    expect(varz.processes.find((one: Listed) => one.component === component).stale_ms).toBeGreaterThan(0);
    if (component === 'gateway') {
      expect(JSON.parse(said['/connz'].text)).toMatchObject({ total: 1, connections: [{ in_msgs: 1 }] });
      expect(JSON.parse(said['/connz'].text).connections[0].stale_ms).toBeGreaterThan(0);
      for (const page of ['/subsz', '/accstatz']) expect(JSON.parse(said[page].text).stale_ms).toBeGreaterThan(0);
    }
    process.kill(pid, 'SIGCONT');
    stopped.delete(pid);
    await until(async () => ((await get('/healthz')).status === 200 ? true : undefined));
  },
);

it('totals do not go back when the monitor and a gateway are started anew', async () => {
  await start(2);
  const clients = [];
  for (let i = 0; i < 8; i++) clients.push(await client('PUB a 1\r\nx\r\nPUB a 1\r\nx\r\n'));
  const before = await varzNow();
  expect(before).toMatchObject({ total_connections: 8, in_msgs: 16 });
  const [monitor, gateway] = [await pidOf('monitor'), await pidOf('gateway')];
  process.kill(gateway, 'SIGKILL');
  process.kill(monitor, 'SIGKILL');
  const pids = ({ processes }: Varz): number[] => processes.map(({ pid }) => pid);
  const after = await until(async () => {
    const varz = await varzNow();
    const gateways = varz.processes.filter((one) => one.component === 'gateway' && !one.silent);
    return gateways.length === 2 && !pids(varz).includes(gateway) ? varz : undefined;
  });
  expect(pids(after)).not.toContain(monitor);
  expect(after.total_connections).toBeGreaterThanOrEqual(8);
  expect(after.in_msgs).toBe(16);
});
