import type { Client } from './client.ts';
import { replicaFaults } from './replica-faults.ts';
import { literal } from './subject.ts';
import { World } from './world.ts';

export interface RunOptions {
  seed: number;
  /** 1 to 3; from the seed when not given. */
  gateways?: number;
  /** Every line of the trace, as it happens. */
  echo?: (line: string) => void;
}

export interface SeedResult {
  seed: number;
  /** What was wrong; empty: nothing. */
  violations: string[];
  /** Of the trace: the same for the same seed. */
  hash: number;
  lines: readonly string[];
  simulatedMs: number;
  counts: Readonly<Record<string, number>>;
}

const SUBJECTS = ['a.1', 'a.2', 'b.1', 'b.2'];
const PATTERNS = [...SUBJECTS, ...SUBJECTS, 'a.*', 'b.*', '*.1', 'a.>'];
const QUEUES = ['w', 'v'];
const SUBSCRIPTIONS_MAX = 8;
/** Beyond a socket's buffer, so that writing is not always taken at once. */
const LARGE_BYTES = 40_000;

/** How often what is done to the node, per thousand rounds. */
interface Attack {
  readonly killRouter: number;
  readonly freezeRouter: number;
  readonly killGateway: number;
  readonly freezeGateway: number;
  readonly cutLink: number;
}

/** Weak attacks leave little that is excused, strong ones bring what is rare together. */
const ATTACKS: readonly Attack[] = [
  { killRouter: 0, freezeRouter: 0, killGateway: 0, freezeGateway: 0, cutLink: 0 },
  { killRouter: 40, freezeRouter: 20, killGateway: 0, freezeGateway: 0, cutLink: 0 },
  { killRouter: 0, freezeRouter: 0, killGateway: 30, freezeGateway: 0, cutLink: 0 },
  { killRouter: 0, freezeRouter: 0, killGateway: 0, freezeGateway: 50, cutLink: 0 },
  { killRouter: 20, freezeRouter: 20, killGateway: 20, freezeGateway: 20, cutLink: 0 },
  { killRouter: 10, freezeRouter: 10, killGateway: 10, freezeGateway: 10, cutLink: 30 },
  { killRouter: 0, freezeRouter: 60, killGateway: 60, freezeGateway: 0, cutLink: 0 },
];

/** Lets clients do things at random, and things be done to the node, for some rounds; then all must be well. */
export async function runSeed({ seed, gateways, echo }: RunOptions): Promise<SeedResult> {
  const shape = { gateways: gateways ?? 1 + (seed % 3), attack: ATTACKS[Math.floor(seed / 3) % ATTACKS.length] };
  const world = new World({
    seed,
    gateways: shape.gateways,
    clients: 3 + (seed % 4),
    delayMaxMs: [2, 0.3, 8][Math.floor(seed / 7) % 3],
    killsFrozen: Math.floor(seed / 5) % 2 === 0,
    echo,
  });
  const { model } = world;

  let well = await settle(world);
  for (let phase = 0; phase < 3 && well; phase++) {
    for (let round = 0; round < 60; round++) {
      if (world.random() < 0.4) await world.runEvents(Math.floor(world.random() * 30));
      else await world.run(world.random() < 0.95 ? world.pickMs(40) : world.pickMs(3000));
      if (world.random() < 0.2) race(world, world.pick(world.clients), world.pick(world.clients));
      else act(world, world.pick(world.clients));
      attack(world, shape.attack);
    }
    well = await settle(world);
    if (!well) break;
    await probe(world, phase);
    model.judge();
    for (const text of replicaFaults(world.gateways)) model.wrong(text);
    if (model.violations.length > 0) break;
  }
  return {
    seed,
    violations: model.violations,
    hash: world.trace.hash >>> 0,
    lines: world.trace.lines,
    simulatedMs: world.simulation.now,
    counts: model.counts,
  };
}

async function settle(world: World): Promise<boolean> {
  if (await world.calm()) return true;
  world.model.wrong(`hangs: ${world.wrongNow() ?? 'clients can not connect, or something never settles'}`);
  return false;
}

/** After all that, everybody hears everybody. */
async function probe(world: World, phase: number): Promise<void> {
  const subject = `probe.${phase}`;
  for (const client of world.clients) {
    if (!client.ready) continue;
    client.subscribe(subject, '');
    client.ping();
    client.flush();
  }
  await world.run(world.settleMs);
  for (const client of world.clients) {
    if (!client.ready) continue;
    client.publish(subject);
    client.request(`nobody.${phase}`, true);
    client.ping();
    client.flush();
  }
  await world.run(world.settleMs);
}

/** One client does a few things, all sent at once. */
function act(world: World, client: Client): void {
  if (!client.ready) return;
  const { random } = world;
  for (let i = Math.floor(random() * 5); i >= 0; i--) {
    const what = random();
    const { subscriptions } = client;
    if (what < 0.22) {
      if (subscriptions.length >= SUBSCRIPTIONS_MAX) continue;
      const queue = random() < 0.5 ? world.pick(QUEUES) : '';
      client.subscribe(world.pick(PATTERNS), queue, random() < 0.15 ? 1 + Math.floor(random() * 3) : 0);
    } else if (what < 0.34) {
      const chosen = subscriptions.filter(({ pattern }) => !pattern.startsWith('_INBOX'));
      if (chosen.length > 0) client.unsubscribe(world.pick(chosen));
    } else if (what < 0.62) {
      const paddingBytes = random() < 0.02 ? LARGE_BYTES : Math.floor(random() * 40);
      client.publish(world.pick(SUBJECTS), '', paddingBytes, random() < 0.1);
    } else if (what < 0.78) client.request(world.pick(SUBJECTS), random() < 0.4);
    else if (what < 0.97) client.ping();
    else if (what < 0.985) {
      client.leave();
      break;
    } else {
      client.quit();
      return;
    }
  }
  client.flush();
}

/** A member leaves its queue group while messages to it are on the way: they must be handed back, and picked again. */
function race(world: World, leaver: Client, publisher: Client): void {
  const member = leaver.subscriptions.find(({ queue }) => queue !== '');
  if (!leaver.ready || !publisher.ready || member === undefined) return;
  const subject = literal(member.pattern);
  leaver.unsubscribe(member);
  for (let i = Math.floor(world.random() * 3); i >= 0; i--) {
    if (world.random() < 0.5) publisher.request(subject, false);
    else publisher.publish(subject);
  }
  publisher.flush();
  leaver.flush();
}

/** Short, or long enough to be cut off for it. */
const freezeMs = (world: World): number => (world.random() < 0.5 ? world.pickMs(2000) : 2000 + world.pickMs(8000));

function attack(world: World, attack: Attack): void {
  let what = world.random() * 1000;
  const hits = (weight: number): boolean => {
    what -= weight;
    return what < 0 && what >= -weight;
  };
  if (hits(attack.killRouter)) world.killRouter();
  else if (hits(attack.freezeRouter)) world.freezeRouter(world.pickMs(6000));
  else if (hits(attack.killGateway)) world.killGateway(world.pick(world.gateways));
  else if (hits(attack.freezeGateway)) world.freezeGateway(world.pick(world.gateways), freezeMs(world));
  else if (hits(attack.cutLink)) world.cutLink(world.pick(world.gateways), world.pick(world.gateways));
}
