import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { repairShard } from '@skein/storage';
import { harmIndex } from '@skein/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

// Of two shards with a stream each, one has a file that is not what was written. What is served is what was acknowledged, under its
// sequence; what is not served is said to be damaged; the other shard is whole.

const EACH = 60;
const text = (stream: string, sequence: number): string => `${stream}-${sequence}-`.repeat(20);

interface Case {
  readonly file: RegExp;
  readonly harm: (path: string) => void;
  /** What is said of it; undefined: it is of no use any more. */
  readonly says?: RegExp;
  /** How many messages of the stream are served. */
  readonly served: 'all' | 'some' | 'none';
}

const gone = (path: string): void => rmSync(path, { recursive: true });
const empty = (path: string): void => truncateSync(path, 0);
/** One bit, at that part of the file, or of the bytes that are not zero. */
const flip =
  (part: number) =>
  (path: string): void => {
    const bytes = readFileSync(path);
    let end = bytes.length;
    while (bytes[end - 1] === 0) end--;
    const at = Math.floor(end * part);
    bytes[at] = (bytes[at] as number) ^ 4;
    writeFileSync(path, bytes);
  };

/** The half of what was published is in the database; the journal alone has the other. */
const cases: readonly Case[] = [
  {
    file: /\.journal$/,
    harm: flip(0.1),
    says: /records \d+ to \d+ of the journal \(segment \d+\) are lost/,
    served: 'none',
  },
  {
    file: /\.journal$/,
    harm: flip(0.5),
    says: /records \d+ to \d+ of the journal \(segment \d+\) are lost/,
    served: 'none',
  },
  ...['level', 'pages'].flatMap((folder): Case[] => [
    { file: new RegExp(`${folder}/[0-9]+[.]ldb$`), harm: empty, says: /\.ldb: Invalid argument/, served: 'none' },
    { file: new RegExp(`${folder}/[0-9]+[.]ldb$`), harm: gone, says: /1 missing files/, served: 'none' },
    { file: new RegExp(`${folder}/CURRENT$`), harm: gone, says: /CURRENT is lost/, served: 'none' },
    {
      file: new RegExp(`${folder}/CURRENT$`),
      harm: flip(0.5),
      says: /MANIFEST|Corruption|CURRENT/,
      served: 'none',
    },
    { file: new RegExp(`${folder}/MANIFEST`), harm: flip(0.5), says: /Corruption/, served: 'none' },
    { file: new RegExp(`${folder}/MANIFEST`), harm: empty, says: /Corruption/, served: 'none' },
    { file: new RegExp(`${folder}/LOG$`), harm: flip(0.5), served: 'all' },
    { file: new RegExp(`${folder}/LOG$`), harm: gone, served: 'all' },
  ]),
  {
    file: /pages\/\d+\.ldb$/,
    harm: flip(0.5),
    says: /damaged on disk: page of stream 1, sequences \d+ to \d+/,
    served: 'some',
  },
  // What leads to them is there, so it is known which messages they had.
  { file: /level\/pages$/, harm: gone, says: /damaged on disk: pages of flush \d+/, served: 'some' },
];

describe('damage', () => {
  let node: FakeNode;

  beforeAll(async () => {
    node = await FakeNode.start();
    for (const name of ['A', 'B']) {
      await node.ask(`$JS.API.STREAM.CREATE.${name}`, { name, subjects: [`${name}.*`] });
    }
    const publish = async (from: number): Promise<void> => {
      for (let i = from; i < from + EACH / 2; i++)
        for (const name of ['A', 'B']) await node.ask(`${name}.x`, text(name, i));
    };
    await publish(1);
    await node.restart();
    await publish(1 + EACH / 2);
  });

  afterAll(() => node.stop());

  it.each(cases.map((one) => [`${one.file.source} ${one.harm.name || 'flipped'}`, one] as const))(
    '%s: nothing wrong is served, it is said, and the other shard is whole',
    async (_, { file, harm, says, served }) => {
      const crashed = await node.crashed({}, async (directory) => {
        const shard = join(directory, 'jetstream', 'shard-0');
        const names = readdirSync(shard, { recursive: true, encoding: 'utf8' }).filter((name) => file.test(name));
        harm(join(shard, names.sort().at(-1) as string));
      });
      try {
        expect(await servedOf(crashed, 'B')).toBe(EACH);
        const right = await servedOf(crashed, 'A');
        expect(right === EACH ? 'all' : right > 0 ? 'some' : 'none').toBe(served);
        if (says === undefined) expect(crashed.errors).toEqual([]);
        else expect(crashed.errors.join('\n')).toMatch(says);
      } finally {
        await crashed.stop();
      }
    },
  );
});

it('after two lives that ended without closing, tables are checked: one of which LevelDB would die is not opened', async () => {
  const lives = [await FakeNode.start()];
  const crash = async (damage?: (directory: string) => Promise<void>): Promise<FakeNode> => {
    const crashed = await (lives.at(-1) as FakeNode).crashed({}, damage);
    lives.push(crashed);
    return crashed;
  };
  try {
    const node = lives[0] as FakeNode;
    for (const name of ['A', 'B']) await node.ask(`$JS.API.STREAM.CREATE.${name}`, { name, subjects: [`${name}.*`] });
    for (let i = 1; i <= EACH; i++) for (const name of ['A', 'B']) await node.ask(`${name}.x`, text(name, i));
    await node.restart();
    const second = await crash();
    expect(second.errors).toEqual([]);
    const third = await crash(async (directory) => {
      const level = join(directory, 'jetstream', 'shard-0', 'level');
      harmIndex(join(level, readdirSync(level).find((name) => name.endsWith('.ldb')) as string));
    });
    expect([await servedOf(third, 'A'), await servedOf(third, 'B')]).toEqual([0, EACH]);
    expect(third.errors.join('\n')).toMatch(/shard-0: \d+\.ldb: block at \d+ is harmed/);
    // It stays so, however the next lives end.
    await third.restart();
    const fourth = await crash();
    expect([await servedOf(fourth, 'A'), await servedOf(fourth, 'B')]).toEqual([0, EACH]);
  } finally {
    for (const node of lives) await node.stop();
  }
});

it('what is behind a lost record is given up where that is asked for, said by stream, and asked for once', async () => {
  const lives = [await FakeNode.start()];
  const life = (): FakeNode => lives.at(-1) as FakeNode;
  const crash = async (damage: (shard: string) => Promise<void>): Promise<void> => {
    lives.push(await life().crashed({}, (directory) => damage(join(directory, 'jetstream', 'shard-0'))));
  };
  const harm = async (shard: string): Promise<void> => {
    const [segment = ''] = readdirSync(join(shard, 'journal')).sort().slice(-1);
    flip(0.5)(join(shard, 'journal', segment));
  };
  const served = (): Promise<number> => servedOf(life(), 'A');
  const losses = (): string[] => life().errors.filter((line) => line.includes('are lost'));
  const publish = async (from: number): Promise<void> => {
    for (let i = from; i <= EACH; i++) await life().ask('A.x', text('A', i));
  };
  try {
    await life().ask('$JS.API.STREAM.CREATE.A', { name: 'A', subjects: ['A.*'] });
    await publish(1);
    // Nobody has asked for it.
    await crash(harm);
    expect(await served()).toBe(0);
    await life().stop();
    lives.pop();
    await crash(async (shard) => {
      await harm(shard);
      await rename(shard, `${shard}.old`);
      await repairShard(`${shard}.old`, shard, true);
      rmSync(`${shard}.old`, { recursive: true });
    });
    const kept = await served();
    expect(kept).toBeGreaterThan(0);
    const [said = ''] = losses();
    const [, from, to, behind] = /records (\d+) to (\d+) .* are lost; .*: (\d+) of stream '\$G > A'$/.exec(said) ?? [];
    // The stream is the first record, and each message one.
    expect([kept + 2, Number(to) + Number(behind)]).toEqual([Number(from), EACH + 1]);
    // It goes on there, also when it is not closed in between.
    await publish(kept + 1);
    await crash(async () => {});
    expect(await served()).toBe(EACH);
    expect(losses()).toEqual([]);
    // Another hole would be another question.
    expect(readdirSync(join(life().directory, 'jetstream', 'shard-0'))).not.toContain('cut-journal');
  } finally {
    for (const node of lives) await node.stop();
  }
});

/** How many of a stream's messages are there, each as it was published. */
async function servedOf(node: FakeNode, name: string): Promise<number> {
  let served = 0;
  for (let seq = 1; seq <= EACH; seq++) {
    const { message } = (await node.ask(`$JS.API.STREAM.MSG.GET.${name}`, { seq })) as { message?: { data: string } };
    if (message === undefined) continue;
    expect(Buffer.from(message.data, 'base64').toString()).toBe(text(name, seq));
    served++;
  }
  return served;
}
