import { cp, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files } from '@skein/journal';
import { SimulatedFiles } from '@skein/journal/simulation';
import { expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

// The journal loses what was not synced, LevelDB's newest file is cut at any byte: whatever was acknowledged is there, once, with its sequence.

const SEEDS = Number(process.env.SEEDS ?? 8);
const FIRST_SEED = Number(process.env.SEED ?? 1);
const LIVES = 4;

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Answer {
  readonly seq?: number;
  readonly state?: { messages: number };
  readonly message?: { data: string };
}

class World {
  readonly random: () => number;
  readonly files: SimulatedFiles;
  readonly gone: FakeNode[] = [];
  readonly acknowledged = new Map<string, number>();
  node!: FakeNode;
  life = 0;
  sent = 0;

  constructor(seed: number) {
    this.random = randomOf(seed);
    this.files = new SimulatedFiles(this.random);
  }

  upTo(n: number): number {
    return Math.floor(this.random() * n);
  }

  /** Some of what is sent in one go is acknowledged when this resolves, and some is on its way. */
  async publishSome(): Promise<void> {
    const count = 1 + this.upTo(12);
    const waitsFor = this.upTo(count + 1);
    const answers = Array.from({ length: count }, (_, i) => this.publish(i));
    await Promise.all(answers.slice(0, waitsFor));
  }

  async publish(i: number): Promise<void> {
    const { life } = this;
    const body = `${++this.sent}`.padEnd(this.upTo(400), '#');
    const { seq = 0 } = (await this.node.ask(`a.${i}`, body, `Nats-Msg-Id: ${this.sent}`)) as Answer;
    if (seq > 0 && life === this.life) this.acknowledged.set(body, seq);
  }

  async cutPower(): Promise<void> {
    // At once: what was acknowledged a moment ago has no time to get to the disk.
    this.life++;
    this.files.powerCut();
    this.gone.push(this.node);
    this.node = await this.node.crashed({ files: this.session() }, (directory) =>
      this.#cutNewest(join(directory, 'jetstream', 'shard-0', 'level')),
    );
  }

  /** The simulated files are the same ones whichever directory a life has. */
  session(): Files {
    const files = this.files.session();
    const same = (path: string): string => path.replace(/^.*(?=\/jetstream\/)/, '');
    return {
      list: (path) => files.list(same(path)),
      create: (path) => files.create(same(path)),
      open: (path) => files.open(same(path)),
      remove: (path) => files.remove(same(path)),
      syncDirectory: (path) => files.syncDirectory(same(path)),
    };
  }

  async stop(): Promise<void> {
    await this.node.stop();
    for (const node of this.gone)
      await node.stop().catch(() => rm(node.directory, { recursive: true, force: true, maxRetries: 10 }));
  }

  async #cutNewest(level: string): Promise<void> {
    const log = (await readdir(level))
      .filter((name) => name.endsWith('.log'))
      .sort()
      .at(-1);
    if (log === undefined || this.random() < 0.3) return;
    const path = join(level, log);
    await truncate(path, this.upTo((await stat(path)).size + 1));
  }

  async check(): Promise<void> {
    const { state } = (await this.node.ask('$JS.API.STREAM.INFO.S')) as Answer;
    expect(state, this.node.errors.join(' | ')).toBeDefined();
    const found = new Set<string>();
    for (let seq = 1; seq <= (state?.messages ?? 0); seq++) {
      const { message } = (await this.node.ask('$JS.API.STREAM.MSG.GET.S', { seq })) as Answer;
      const body = Buffer.from(message?.data ?? '', 'base64').toString();
      expect(found.has(body), `${body} is there twice`).toBe(false);
      found.add(body);
      const expected = this.acknowledged.get(body);
      if (expected !== undefined) expect(seq).toBe(expected);
    }
    for (const body of this.acknowledged.keys()) expect(found.has(body), `${body} is there`).toBe(true);
  }
}

it.each(Array.from({ length: SEEDS }, (_, i) => FIRST_SEED + i))(
  'keeps what it acknowledged (SEED=%d)',
  async (seed) => {
    const world = new World(seed);
    world.node = await FakeNode.start({}, { files: world.session() });
    try {
      await world.node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a.*'] });
      for (let life = 0; life < LIVES; life++) {
        for (let turns = world.upTo(4); turns >= 0; turns--) await world.publishSome();
        if (world.random() < 0.3) {
          world.life++;
          await world.node.restart();
        } else {
          await world.cutPower();
        }
        await world.check();
      }
      expect(world.acknowledged.size).toBeGreaterThan(0);
    } finally {
      await world.node.stop();
    }
  },
  30_000,
);

it('serves no shard of which the journal has let go of what the database has lost', async () => {
  const node = await FakeNode.start();
  try {
    await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'], max_msgs: 3 });
    await node.restart();
    const shard = join(node.directory, 'jetstream', 'shard-0');
    const early = await mkdtemp(join(tmpdir(), 'skein-early-'));
    await cp(join(shard, 'level'), early, { recursive: true });
    // More than two segments hold.
    const body = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 40; i++) await node.ask('a', body);
    const crashed = await node.crashed({}, async (directory) => {
      const level = join(directory, 'jetstream', 'shard-0', 'level');
      await rm(level, { recursive: true });
      await cp(early, level, { recursive: true });
    });
    await rm(early, { recursive: true });
    expect(crashed.errors.at(-1)).toMatch(/records \d+ to \d+ are lost/);
    expect(await crashed.ask('$JS.API.STREAM.INFO.S')).toMatchObject({ error: { code: 404 } });
    await crashed.stop();
  } finally {
    await node.stop();
  }
});
