import type { AuthRequest, AuthResponse } from '@skein/bus';
import { defaultOptions } from '@skein/config';
import { describe, expect, test } from 'vitest';
import { type SimulatedMember, SimulatedNode } from './testing/simulated-node.ts';

/** Everything that a process takes for settled must be known to the listening gateways that have a link to it. */
function knownToAll(node: SimulatedNode, declarer: SimulatedMember, upTo: number): string | undefined {
  for (const gateway of node.members) {
    if (gateway === declarer || !gateway.alive || !gateway.listening) continue;
    if (!gateway.member.links.has(declarer.member.id) || gateway.forgotten.has(declarer.member.id)) continue;
    const known = gateway.replica.get(declarer.member.id);
    for (const [subject, { weight, sequence }] of declarer.declared) {
      if (sequence > upTo) continue;
      if (known?.get(subject)?.weight !== weight) {
        return `${gateway.name} does not know that ${declarer.name} wants ${subject} (${sequence} is settled)`;
      }
    }
  }
  return undefined;
}

/** All processes agree with what each wants, everything is settled, every gateway listens. */
function converged(node: SimulatedNode): boolean {
  const alive = node.members.filter((member) => member.alive);
  return alive.every((one) => {
    if (!one.listening || !one.member.routerUp || !one.member.settled(one.member.sequence)) return false;
    return alive.every((other) => {
      if (other === one) return true;
      if (!one.member.links.has(other.member.id)) return false;
      const known = one.replica.get(other.member.id);
      if ((known?.size ?? 0) !== other.declared.size) return false;
      return [...other.declared].every(([subject, { weight }]) => known?.get(subject)?.weight === weight);
    });
  });
}

describe('a node', () => {
  test('registers, links and lets gateways listen within a few milliseconds', async () => {
    const node = new SimulatedNode(1);
    const gateways = [node.gateway(0), node.gateway(1)];
    const monitor = node.add('monitor', { component: 'monitor', wantsInterest: false });
    await node.until(() => gateways.every((gateway) => gateway.listening), 100);
    expect([...monitor.member.links.keys()].sort()).toEqual(gateways.map((gateway) => gateway.member.id).sort());
  });

  test('tells every process to stop when one of them asks for it', async () => {
    const node = new SimulatedNode(4);
    const gateways = [node.gateway(0), node.gateway(1)];
    await node.until(() => gateways.every((gateway) => gateway.listening));
    const asked = gateways[0].member.request('router', 'shutdown', '', 1000);
    // What each is told; stopping is then its own business.
    await node.until(() => gateways.every(({ refused }) => refused === 'asked'));
    await expect(asked).resolves.toBe('{}');
    expect(gateways.every(({ alive }) => alive)).toBe(true);
  });

  test('deals seats to stores that made their numbers up, over its own death and theirs', async () => {
    const { skein } = defaultOptions();
    const node = new SimulatedNode(5, { skein: { ...skein, jetstream: { stores: 2 } } });
    const gateway = node.gateway(0);
    const start = (instance: number): SimulatedMember =>
      node.add(`store-${instance}`, { component: 'jetstream-store', instance, wantsInterest: false });
    const seats = (): number[] =>
      [...gateway.member.links.values()].map(({ peer }) => peer.instance).sort((a, b) => a - b);
    const stores = [start(1001), start(1002)];
    await node.until(() => seats().length === 2);
    start(1003);
    await node.until(() => seats().length === 3);
    expect(seats()).toEqual([0, 1, 1003]);
    node.routerProcess.kill();
    await node.until(() => !gateway.member.routerUp);
    node.startRouter();
    await node.until(() => stores.every(({ member }) => member.routerUp));
    expect(seats()).toEqual([0, 1, 1003]);
    const { instance } = stores[0].member.figures();
    stores[0].process.kill();
    await node.until(() => gateway.member.peers.size === 2);
    const next = start(1004);
    await node.until(() => seats().length === 3);
    expect(seats()).toEqual([0, 1, 1003]);
    expect(next.member.figures().instance).toBe(instance);
  });

  test('asks a guest to leave when a store comes that finds no seat, one for each', async () => {
    const { skein } = defaultOptions();
    const node = new SimulatedNode(6, { skein: { ...skein, jetstream: { stores: 3 } } });
    const start = (instance: number, guest = false): SimulatedMember =>
      node.add(`store-${instance}`, { component: 'jetstream-store', instance, guest, wantsInterest: false });
    const stores = [start(1001)];
    for (const guest of [2001, 3001]) {
      await node.until(() => stores.every(({ member }) => member.routerUp));
      stores.push(start(guest, true));
    }
    await node.until(() => stores.every(({ member }) => member.routerUp));
    const asked = (): boolean[] => stores.map(({ refused }) => refused !== '');
    expect(asked()).toEqual([false, false, false]);
    const spare = start(1002);
    await node.until(() => asked().includes(true));
    expect(asked()).toEqual([false, true, false]);
    expect(stores[1].refused).toBe('another process takes seat 1');
    const late = start(4001, true);
    await node.until(() => late.member.routerUp);
    expect([asked(), spare.refused, late.refused]).toEqual([[false, true, false], '', '']);
  });

  test('refuses who does not know its secret, for good', async () => {
    const node = new SimulatedNode(2);
    const stranger = node.add('stranger', { token: Buffer.from('guess!') });
    await node.until(() => !stranger.alive, 1000);
    expect(stranger.refused).toBe('wrong token');
  });

  test('keeps secrets from those who do not need them', async () => {
    const authorization = { user: 'derek', pass: 'hunter2', users: [{ user: 'a', pass: 'geheim' }] };
    const node = new SimulatedNode(3, { authorization });
    const gateway = node.gateway(0);
    const monitor = node.add('monitor', { component: 'monitor', wantsInterest: false });
    const resolver = node.add('resolver', { component: 'auth-resolver', wantsInterest: false });
    await node.until(() => [gateway, monitor, resolver].every((one) => one.configuration !== undefined));
    expect(resolver.configuration).toMatchObject({ authorization });
    for (const { configuration } of [gateway, monitor]) {
      expect(configuration).toMatchObject({ authRequired: true, nonceRequired: false });
      expect(JSON.stringify(configuration)).not.toMatch(/hunter2|geheim|derek/);
    }
  });

  test('settles at once for the only gateway, the router there or not', async () => {
    const node = new SimulatedNode(4);
    const gateway = node.gateway(0);
    await node.until(() => gateway.listening);
    expect(gateway.member.settled(gateway.declare('a', 1))).toBe(true);
    node.routerProcess.kill();
    await node.until(() => !gateway.member.routerUp);
    expect(gateway.member.settled(gateway.declare('b', 1))).toBe(true);
  });

  test('settles with two gateways only when the other knows', async () => {
    const node = new SimulatedNode(5);
    const [one, two] = [node.gateway(0), node.gateway(1)];
    await node.until(() => one.listening && two.listening);
    const sequence = one.declare('a', 1);
    expect(one.member.settled(sequence)).toBe(false);
    await node.until(() => one.member.settled(sequence), 50);
    expect(two.replica.get(one.member.id)?.get('a')?.weight).toBe(1);
  });

  test('cuts a frozen gateway off so that the other goes on, and it exits when it wakes', async () => {
    const node = new SimulatedNode(6);
    const left: string[] = [];
    const one = node.gateway(0, { peerLeft: (peer, reason) => left.push(`${peer.instance} ${reason}`) });
    const two = node.gateway(1);
    await node.until(() => one.listening && two.listening);
    two.process.freeze();
    const sequence = one.declare('a', 1);
    await node.until(() => one.member.settled(sequence), 3000);
    expect(left).toEqual(['1 silent']);
    two.process.thaw();
    await node.until(() => !two.alive, 100);
    expect(two.refused).toBe('cut off: silent');
  });

  test('does not take its own freezing for the silence of others', async () => {
    const node = new SimulatedNode(7);
    const gateways = [node.gateway(0), node.gateway(1)];
    await node.until(() => gateways.every((gateway) => gateway.listening));
    node.routerProcess.freeze();
    await node.simulation.run(20_000);
    node.routerProcess.thaw();
    await node.simulation.run(5000);
    expect(gateways.map((gateway) => gateway.alive)).toEqual([true, true]);
  });

  test('survives its router: ids, links and identity stay, settlement resumes', async () => {
    const node = new SimulatedNode(8);
    let broken = 0;
    const gateways = [node.gateway(0, { peerDown: () => broken++ }), node.gateway(1)];
    await node.until(() => gateways.every((gateway) => gateway.listening));
    const ids = gateways.map((gateway) => gateway.member.id);
    gateways[0].declare('before', 1);
    node.routerProcess.kill();
    await node.until(() => gateways.every((gateway) => !gateway.member.routerUp));
    const sequence = gateways[0].declare('meanwhile', 1);
    expect(gateways[0].member.settled(sequence)).toBe(false);
    node.startRouter();
    await node.until(() => gateways[0].member.settled(sequence), 1500);
    expect(gateways.map((gateway) => gateway.member.id)).toEqual(ids);
    expect(broken).toBe(0);
    await node.until(() => converged(node));
    expect(node.state.epoch).toBe(2);
  });

  test.each([0, 1])('takes nobody for gone who has not met the others yet, whoever comes back first', async (late) => {
    const node = new SimulatedNode(13);
    const one = node.gateway(0);
    await node.until(() => one.listening);
    node.routerProcess.kill();
    await node.simulation.run(3000);
    const two = node.gateway(1);
    await node.simulation.run(3000);
    node.startRouter();
    await node.until(() => two.member.id !== 0);
    expect(one.member.routerUp).toBe(false);
    node.routerProcess.kill();
    await node.until(() => !two.member.routerUp);
    const [slow, quick] = late === 0 ? [one, two] : [two, one];
    slow.process.freeze();
    node.startRouter();
    await node.until(() => quick.member.routerUp);
    slow.process.thaw();
    await node.simulation.run(3000);
    expect([one.alive, two.alive, two.listening]).toEqual([true, true, true]);
  });

  test('never gives a connection id twice, restarts of the router included', async () => {
    const node = new SimulatedNode(9);
    const gateways = [node.gateway(0), node.gateway(1)];
    await node.until(() => gateways.every((gateway) => gateway.listening));
    const ids: number[] = [];
    const take = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const { connections } = gateways[i % 2].member;
        await node.until(() => {
          const id = connections.nextId();
          if (id !== 0) ids.push(id);
          return id !== 0;
        });
      }
    };
    await take(3000);
    node.routerProcess.kill();
    node.startRouter();
    await take(3000);
    expect(new Set(ids).size).toBe(6000);
  });

  test('keeps to max_connections exactly, over all gateways', async () => {
    const node = new SimulatedNode(10, { maxConnections: 5 });
    const gateways = [node.gateway(0), node.gateway(1)];
    await node.until(() => gateways.every((gateway) => gateway.listening));
    const answers: boolean[] = [];
    for (let i = 0; i < 8; i++) gateways[i % 2].member.connections.open((granted) => answers.push(granted));
    await node.until(() => answers.length === 8);
    expect(answers.filter((granted) => granted).length).toBe(5);

    gateways[0].process.kill();
    const used = gateways[1].member.connections.used;
    await node.until(() => gateways[1].member.peers.size === 0);
    const more: boolean[] = [];
    for (let i = 0; i < 8; i++) gateways[1].member.connections.open((granted) => more.push(granted));
    await node.until(() => more.length === 8);
    expect(used + more.filter((granted) => granted).length).toBe(5);
  });

  test('keeps to max_connections when its router dies while connections come and go', async () => {
    const node = new SimulatedNode(13, { maxConnections: 40 });
    const gateways = [node.gateway(0), node.gateway(1)];
    await node.until(() => gateways.every((gateway) => gateway.listening));
    let open = 0;
    let refused = 0;
    const connect = (at: number) =>
      gateways[at].member.connections.open((granted) => {
        if (granted) open++;
        else refused++;
      });
    for (let i = 0; i < 30; i++) connect(i % 2);
    await node.simulation.run(50);
    for (let round = 0; round < 20; round++) {
      if (round % 5 === 0) {
        node.routerProcess.kill();
        await node.simulation.run(3);
        node.startRouter();
      }
      for (let i = 0; i < 3; i++) {
        const at = Math.floor(node.simulation.random() * 2);
        const { connections } = gateways[at].member;
        if (connections.used > 0 && node.simulation.random() < 0.4) {
          connections.close();
          open--;
        } else connect(at);
        await node.simulation.run(2);
      }
      expect(open).toBeLessThanOrEqual(40);
    }
    for (let i = 0; i < 60; i++) connect(i % 2);
    await node.simulation.run(3000);
    expect(open).toBe(40);
    expect(refused).toBeGreaterThan(0);
  });

  test('applies a new configuration everywhere, or nowhere when one process refuses', async () => {
    const node = new SimulatedNode(11, { maxPayloadBytes: 1000 });
    let mind: string | undefined;
    const one = node.gateway(0);
    const two = node.gateway(1, { check: () => mind });
    await node.until(() => one.listening && two.listening);
    const payloads = () =>
      [one, two].map((gateway) => (gateway.configuration as { maxPayloadBytes: number }).maxPayloadBytes);

    node.nextOptions = { ...node.nextOptions, maxPayloadBytes: 2000 };
    mind = 'not today';
    let over = false;
    node.router.reload().then(() => {
      over = true;
    });
    await node.until(() => over);
    expect(payloads()).toEqual([1000, 1000]);
    expect(node.logged).toContain('Failed to reload server configuration: gateway 1: not today');
    expect(node.state.options.maxPayloadBytes).toBe(1000);

    mind = undefined;
    over = false;
    node.router.reload().then(() => {
      over = true;
    });
    await node.until(() => over);
    expect(payloads()).toEqual([2000, 2000]);
    expect(node.logged.slice(-2)).toEqual(['Reloaded: max_payload = 2000', 'Reloaded server configuration']);

    node.routerProcess.kill();
    node.startRouter();
    await node.until(() => one.member.routerUp);
    expect(node.router.options.maxPayloadBytes).toBe(2000);
  });

  test('whoever asks for a reload while one is under way learns what became of the next', async () => {
    const node = new SimulatedNode(11, { maxPayloadBytes: 1000 });
    const one = node.gateway(0);
    await node.until(() => one.listening);
    const outcomes: (string | undefined)[] = [];
    const ask = () => node.router.reload().then((refusal) => outcomes.push(refusal));
    node.nextOptions = { ...node.nextOptions, maxPayloadBytes: 2000 };
    ask();
    ask();
    ask();
    node.nextOptions = { ...node.nextOptions, maxPendingBytes: 5_000_000 };
    await node.until(() => outcomes.length === 3);
    const refused = expect.stringContaining('MaxPending');
    expect(outcomes.filter((one) => one === undefined)).toHaveLength(1);
    expect(outcomes.slice(1)).toEqual([refused, refused]);
    expect(node.logged.filter((line) => line.startsWith('Failed to reload'))).toHaveLength(1);
  });

  test('answers health and stats, and says no to what it does not know', async () => {
    const node = new SimulatedNode(12);
    const [one, two] = [node.gateway(0), node.gateway(1)];
    await node.until(() => one.listening && two.listening && one.member.links.size === 1);
    const answers: unknown[] = [];
    const ask = (to: number | 'router', method: string) =>
      one.member.request(to, method, '', 1000).then(
        (body) => answers.push(JSON.parse(body)),
        (error: Error) => answers.push(error.message),
      );
    ask('router', 'health');
    ask(two.member.id, 'health');
    ask(two.member.id, 'nonsense');
    ask(99, 'health');
    await node.until(() => answers.length === 4, 100);
    expect(answers).toContainEqual({ status: 'ok', component: 'router', instance: 0 });
    expect(answers).toContainEqual({ status: 'ok', component: 'gateway', instance: 1 });
    expect(answers).toContain('unknown method nonsense');
    expect(answers).toContain('health: no connection to process 99');
    two.process.freeze();
    ask(two.member.id, 'stats');
    await node.until(() => answers.length === 5, 1100);
    expect(answers[4]).toBe('stats: no answer within 1000 ms');
  });
});

describe('authentication over the bus', () => {
  test('asks the auth-resolver and brings its answer back whole; an empty allow list is not an absent one', async () => {
    const node = new SimulatedNode(14);
    const allowed: AuthResponse = {
      allowed: true,
      account: 'ACC',
      user: 'derek',
      permissions: {
        publish: { allow: [] },
        subscribe: { deny: ['x.>', 'y queue'] },
        responses: { max: -1, expiresMs: 2000 },
      },
      expiresUnixMs: 1_900_000_000_000,
      subscriptionsMax: 10,
      payloadBytesMax: -1,
    };
    const asked: AuthRequest[] = [];
    const gateway = node.gateway(0);
    node.add(
      'resolver',
      { component: 'auth-resolver', wantsInterest: false },
      {
        authenticate: (request) => {
          asked.push(request);
          if (request.connection === 1) return allowed;
          if (request.connection === 2) return { allowed: false, error: 'Nope', reason: 'because' };
          throw new Error('out of order');
        },
      },
    );
    await node.until(() => gateway.listening && gateway.member.links.size === 1);
    const request: AuthRequest = {
      connection: 1,
      connectJson: '{"user":"ü"}',
      nonce: 'abc',
      host: '::1',
      kind: 'STANDARD',
      tls: true,
      certificateSubject: 'CN=a',
      certificateNames: ['a@b', 'c'],
      tlsVersion: '1.3',
      tlsCipher: 'TLS_AES_128_GCM_SHA256',
      certificates: ['leaf', 'authority'],
      grant: 'token',
    };
    const answers: unknown[] = [];
    for (const connection of [1, 2, 3]) {
      gateway.member.authenticate({ ...request, connection }, 1000).then((answer) => {
        answers[connection - 1] = answer;
      });
    }
    await node.until(() => answers.filter(Boolean).length === 3, 100);
    expect(asked[0]).toEqual(request);
    expect(answers).toEqual([
      allowed,
      { allowed: false, error: 'Nope', reason: 'because' },
      { allowed: false, error: '', reason: 'out of order' },
    ]);
  });

  test('has the secrets of the node told to it, and nobody else', async () => {
    const node = new SimulatedNode(16);
    const gateway = node.gateway(0);
    const resolver = node.add('resolver', { component: 'auth-resolver', wantsInterest: false });
    await node.until(() => gateway.listening);
    const answers: string[] = [];
    for (const { member } of [gateway, resolver]) {
      member.request('router', 'node-keys', '', 1000).then(
        (body) => answers.push(Object.keys(JSON.parse(body)).join()),
        (error: Error) => answers.push(error.message),
      );
    }
    await node.until(() => answers.length === 2, 100);
    expect(answers.sort()).toEqual(['not for this process', 'serverSeed,xkeySeed']);
  });

  test('fails when there is no auth-resolver, and when it dies before it answers', async () => {
    const node = new SimulatedNode(15);
    const gateway = node.gateway(0);
    await node.until(() => gateway.listening);
    const request: AuthRequest = {
      connection: 1,
      connectJson: '{}',
      nonce: '',
      host: '',
      kind: 'STANDARD',
      tls: false,
      certificateSubject: '',
      certificateNames: [],
    };
    const errors: string[] = [];
    const ask = () => gateway.member.authenticate(request, 1000).catch((error: Error) => errors.push(error.message));
    ask();
    await node.until(() => errors.length === 1, 10);
    expect(errors[0]).toBe('no auth-resolver');
    const resolver = node.add(
      'resolver',
      { component: 'auth-resolver', wantsInterest: false },
      {
        authenticate: () => new Promise(() => {}),
      },
    );
    await node.until(() => gateway.member.links.size === 1);
    ask();
    await node.simulation.run(10);
    resolver.process.kill();
    await node.until(() => errors.length === 2, 10);
    expect(errors[1]).toContain('is gone');
  });
});

/** More by hand: SEEDS=5000 SEED=1 vitest run apps/router/src/node.test.ts -t chaos */
const seeds = Number(process.env.SEEDS ?? 40);
const firstSeed = Number(process.env.SEED ?? 1);

test('chaos: whatever dies or freezes, what is settled is known, and all ends well', {
  timeout: 30_000 + seeds * 1000,
}, async () => {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    try {
      await chaos(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
});

async function chaos(seed: number): Promise<void> {
  const node = new SimulatedNode(seed);
  const { simulation } = node;
  const random = (below: number) => Math.floor(simulation.random() * below);
  const wrong: string[] = [];
  const note = (text: string | undefined) => {
    if (text !== undefined) wrong.push(`${text} at ${simulation.now.toFixed(1)} ms`);
  };
  let subjects = 0;

  const start = (instance: number): SimulatedMember => {
    const gateway: SimulatedMember = node.gateway(instance, {
      settled: (sequence) => note(knownToAll(node, gateway, sequence)),
      // As a supervisor: who is cut off is killed.
      peerLeft: (peer) => node.members.find((member) => member.member.id === peer.id)?.process.kill(),
      listen: () => {
        for (const other of node.members) {
          if (!other.alive || other === gateway) continue;
          let upTo = 0;
          for (const { sequence } of other.declared.values())
            if (other.member.settled(sequence)) upTo = Math.max(upTo, sequence);
          note(knownToAll(node, other, upTo));
        }
      },
    });
    return gateway;
  };
  const gateways = Array.from({ length: 1 + random(3) }, (_, instance) => start(instance));
  const monitor = node.add('monitor', { component: 'monitor', wantsInterest: false, instance: 0 });

  for (let round = 0; round < 60; round++) {
    await simulation.run(simulation.random() < 0.8 ? random(20) : random(900));
    const at = random(gateways.length);
    const gateway = gateways[at];
    const what = random(100);
    if (what < 60) {
      for (let i = random(5); i >= 0 && gateway.alive && !gateway.process.frozen; i--) {
        const known = [...gateway.declared.keys()];
        const subject = known.length > 0 && random(3) === 0 ? known[random(known.length)] : `s${subjects++}`;
        const sequence = gateway.declare(subject, random(4) === 0 ? 0 : 1 + random(3));
        if (gateway.member.settled(sequence)) note(knownToAll(node, gateway, sequence));
      }
    } else if (what < 66) {
      node.routerProcess.kill();
      await simulation.run(random(50));
      node.startRouter();
    } else if (what < 72) {
      gateway.process.kill();
      gateways[at] = start(at);
    } else if (what < 76) {
      if (!gateway.process.frozen) gateway.process.freeze();
    } else if (what < 84) gateway.process.thaw();
    else if (what < 87) node.routerProcess.freeze();
    else if (what < 92) node.routerProcess.thaw();
    else if (what < 95) gateway.process.cut(gateways[random(gateways.length)].process);
    else if (what < 97 && monitor.alive) monitor.process.kill();
    for (const [instance, one] of gateways.entries()) if (!one.alive) gateways[instance] = start(instance);
    expect(wrong).toEqual([]);
  }

  node.routerProcess.thaw();
  for (const gateway of gateways) gateway.process.thaw();
  monitor.process.kill();
  await simulation.run(6000);
  for (const [instance, one] of gateways.entries()) if (!one.alive) gateways[instance] = start(instance);
  await node.until(() => converged(node), 20_000);
  expect(wrong).toEqual([]);
}
