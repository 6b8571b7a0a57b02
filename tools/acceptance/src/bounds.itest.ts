import { WireClient } from '@skein/testing';
import bcrypt from 'bcryptjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectTo, Notices } from './client.ts';
import type { Node } from './node.ts';
import { familyOf, hasProcfs, residentPeakBytes } from './procfs.ts';
import { RawClient } from './raw-client.ts';
import { openClient, openClientAt, startNode } from './scope.ts';
import { until } from './until.ts';

const QUIET = 'CONNECT {"verbose":false,"pedantic":false}\r\n';
const MIB = 1024 * 1024;

async function wire(node: Node): Promise<WireClient> {
  const client = await WireClient.connect({ port: node.port });
  onTestFinished(() => client.destroy());
  return client;
}

async function raw(node: Node): Promise<RawClient> {
  const client = await RawClient.open(node);
  onTestFinished(() => client.destroy());
  return client;
}

/** How much the process that grew most grew while `work` was done. */
async function growthBytes(node: Node, work: () => Promise<void>): Promise<number> {
  const family = familyOf(node.server.pid);
  const before = family.map(residentPeakBytes);
  await work();
  // One that was replaced meanwhile shows nothing, and held nothing.
  return Math.max(...family.map((pid, index) => residentPeakBytes(pid) - before[index]));
}

describe('what one client may send', () => {
  it('a control line: whole or without an end, known verb or not', async () => {
    const node = await startNode({ conf: 'max_control_line: 512' });
    for (const line of [
      `PUB ${'a'.repeat(600)} 0\r\n\r\n`,
      `SUB ${'a'.repeat(100_000)}`,
      `CONNECT {"name":"${'n'.repeat(600)}"}\r\n`,
    ]) {
      const client = await wire(node);
      await client.send(`${line.startsWith('CONNECT') ? '' : QUIET}${line}`);
      await client.expect("-ERR 'maximum control line exceeded'\r\n");
      await client.closed();
    }
    const client = await wire(node);
    await client.send(`${QUIET}PUB ${'a'.repeat(500)} 0\r\n\r\n`);
    expect(await client.sync()).toBe('open');
  });

  it('a payload: refused before it comes', async () => {
    const node = await startNode({ conf: 'max_payload: 1024' });
    const client = await wire(node);
    await client.send(`${QUIET}PUB a 1024\r\n${'x'.repeat(1024)}\r\n`);
    expect(await client.sync()).toBe('open');
    await client.send('PUB a 1025\r\n');
    await client.expect("-ERR 'Maximum Payload Violation'\r\n");
    await client.closed();
  });

  it('subscriptions', async () => {
    const node = await startNode({ conf: 'max_subscriptions: 10' });
    const client = await wire(node);
    await client.send(QUIET + Array.from({ length: 11 }, (_, index) => `SUB s.${index} ${index}\r\n`).join(''));
    await client.expect("-ERR 'maximum subscriptions exceeded'\r\n");
    expect(await client.sync()).toBe('open');
    expect((await node.varz()).subscriptions).toBe(10);
  });
});

describe('what waits for one client', () => {
  it.runIf(hasProcfs)('max_pending: it is closed and counted, and its publisher goes on', async () => {
    const node = await startNode({ conf: 'max_pending: 1MB' });
    const slow = await raw(node);
    await slow.subscribeAndStopReading('flood');
    const publisher = await openClient(node);
    const notices = new Notices(publisher);
    const reported = node.server.nextLine(/Slow Consumer Detected: MaxPending of 1048576 Exceeded/);
    const payload = new Uint8Array(32 * 1024);
    let slowestMs = 0;
    const growth = await growthBytes(node, async () => {
      for (let sent = 0; sent < 64 * MIB; sent += MIB) {
        const begun = performance.now();
        for (let part = 0; part < MIB; part += payload.length) publisher.publish('flood', payload);
        await publisher.flush();
        slowestMs = Math.max(slowestMs, performance.now() - begun);
      }
    });
    await reported;
    await slow.closed();
    expect(slowestMs).toBeLessThan(1000);
    expect(growth).toBeLessThan(48 * MIB);
    expect(notices.trouble).toEqual([]);
    expect(await node.varz()).toMatchObject({ slow_consumers: 1, connections: 1, subscriptions: 0 });
  });

  it('write_deadline: who takes nothing is closed and counted', async () => {
    const node = await startNode({ conf: 'write_deadline: "500ms"' });
    const slow = await raw(node);
    await slow.subscribeAndStopReading('flood');
    const publisher = await openClient(node);
    const reported = node.server.nextLine(/Slow Consumer Detected: WriteDeadline of 500ms exceeded/);
    // More than the kernel holds for a socket, and far less than max_pending.
    for (let sent = 0; sent < 16 * MIB; sent += 32 * 1024) publisher.publish('flood', new Uint8Array(32 * 1024));
    await publisher.flush();
    await reported;
    await slow.closed();
    expect(await node.varz()).toMatchObject({ slow_consumers: 1, connections: 1 });
  });
});

describe('connections', () => {
  it('max_connections is exact over two gateways', async () => {
    const node = await startNode({ conf: 'max_connections: 20', gateways: 2 });
    const clients = await Promise.all(Array.from({ length: 30 }, () => wire(node)));
    const fates = await Promise.all(
      clients.map(async (client) => {
        await client.send(`${QUIET}PING\r\n`);
        return (await client.expect(/PONG|-ERR '.*'/)).split('\r\n').at(-1);
      }),
    );
    expect(fates.filter((fate) => fate === 'PONG')).toHaveLength(20);
    expect(fates.filter((fate) => fate === "-ERR 'maximum connections exceeded'")).toHaveLength(10);
    const refused = clients.filter((_, index) => fates[index] !== 'PONG');
    await Promise.all(refused.map((client) => client.closed()));
    expect((await node.varz()).connections).toBe(20);

    // The place of one that leaves can be had again, at either gateway.
    await clients.find((_, index) => fates[index] === 'PONG')?.end();
    await until('a place is free', 2000, async () => {
      const client = await connectTo(node, { reconnect: false }).catch(() => undefined);
      onTestFinished(async () => void (await client?.close()));
      return client !== undefined;
    });
  });

  it('a flood without CONNECT: bounded in number, ended in time, and room for others after', async () => {
    const node = await startNode({ conf: 'max_connections: 100\nauthorization { user: u, password: p, timeout: 1 }' });
    const clients = await Promise.all(Array.from({ length: 200 }, () => wire(node)));
    const ends = await Promise.all(clients.map((client) => client.expect(/-ERR '.*'/)));
    await Promise.all(clients.map((client) => client.closed()));
    const count = (text: string): number => ends.filter((end) => end.endsWith(`-ERR '${text}'`)).length;
    expect(count('maximum connections exceeded')).toBe(100);
    expect(count('Authentication Timeout')).toBe(100);
    await (await openClient(node, { user: 'u', pass: 'p' })).flush();
  });

  it('a flood of wrong passwords: each is refused, and who knows the right one gets in', async () => {
    const hash = bcrypt.hashSync('right', 5);
    const node = await startNode({ conf: `authorization { user: u, password: "${hash}", timeout: 5 }` });
    const connectLine = (pass: string): string => `CONNECT {"verbose":false,"user":"u","pass":"${pass}"}\r\nPING\r\n`;
    const clients = await Promise.all(Array.from({ length: 200 }, () => wire(node)));
    const refusals = clients.map(async (client, index) => {
      await client.send(connectLine(`wrong ${index}`));
      return client.expect(/-ERR '.*'|PONG/);
    });
    const good = await openClient(node, { user: 'u', pass: 'right', timeout: 5000 });
    await good.flush();
    for (const refusal of await Promise.all(refusals)) expect(refusal).toContain("-ERR 'Authorization Violation'");
    await Promise.all(clients.map((client) => client.closed()));
    expect((await node.varz()).connections).toBe(1);
  });
});

describe.runIf(hasProcfs)('what waits between two gateways', () => {
  it("a receiver that does not read: it is closed, and no process has kept what it didn't take", async () => {
    const node = await startNode({ conf: 'max_pending: 4MB', gateways: 2 });
    const reader = await openClientAt(node, 1);
    await reader.flush();
    const slow = await rawAt(node, 1);
    await slow.subscribeAndStopReading('flood');
    const publisher = await rawAt(node, 0);
    publisher.socket.write(QUIET);
    const growth = await growthBytes(node, async () => {
      await publisher.flood('flood', 8192, 128 * MIB);
      const answered = publisher.received('PONG\r\n');
      publisher.socket.write('PING\r\n');
      await answered;
    });
    await slow.closed();
    expect(growth).toBeLessThan(64 * MIB);
    expect((await node.varz()).slow_consumers).toBe(1);
    expect((await reader.request('nobody').catch((error: Error) => error)).constructor.name).toBe('RequestError');
  });

  it('a gateway that takes nothing: the other holds its producers, not their messages', async () => {
    const node = await startNode({ gateways: 2 });
    const receiver = await openClientAt(node, 1);
    receiver.subscribe('flood', { callback: () => {} });
    await receiver.flush();
    const publisher = await rawAt(node, 0);
    publisher.socket.write(QUIET);
    const bystander = await openClientAt(node, 0);
    const notices = new Notices(bystander);
    const stuck = await node.process('gateway', 1);
    process.kill(stuck.pid, 'SIGSTOP');
    const growth = await growthBytes(node, async () => {
      await publisher.flood('flood', 8192, 128 * MIB);
    });
    expect(growth).toBeLessThan(64 * MIB);
    await node.replaced(stuck, 5000);
    await bystander.flush();
    expect(notices.trouble).toEqual([]);
  });
});

/** A raw connection with one of two gateways. */
async function rawAt(node: Node, gateway: number): Promise<RawClient> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const client = await raw(node);
    const info = await client.received('\r\n');
    if (info.includes(`"skein_gateway":${gateway}`)) return client;
    client.destroy();
  }
  throw new Error(`no connection with gateway ${gateway}`);
}
