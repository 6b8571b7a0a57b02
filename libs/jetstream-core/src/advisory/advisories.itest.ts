import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadRecordedAdvisories, type RecordedAdvisory } from '../recorded/advisories.ts';
import { playAdvisories } from '../recorded/play-advisories.ts';

const binary = process.env.SKEIN_SERVER ?? join(import.meta.dirname, '../../../../tools/nats-server');
/** Batches of which nothing comes are given up after ten seconds. */
const PLAY_MS = 90_000;

/** Asked for names, this server is never so far behind that it would refuse. */
const isPlayed = ({ subject }: RecordedAdvisory): boolean => !subject.endsWith('.API.LIMIT_REACHED');
/** As text: the order of fields counts. */
const texts = (all: readonly RecordedAdvisory[]): string[] =>
  all.filter(isPlayed).map(({ account, subject, body }) => `${account} ${subject} ${JSON.stringify(body)}`);

it(
  'publishes every advisory that nats-server publishes, where it does',
  async () => {
    const recorded = loadRecordedAdvisories().filter(({ domain }) => domain === 'hub');
    expect(texts(await playAdvisories(binary, 'hub')).sort()).toEqual(texts(recorded).sort());
  },
  PLAY_MS,
);
