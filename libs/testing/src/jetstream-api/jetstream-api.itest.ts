import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Said } from './converse.ts';
import { differences } from './differences.ts';
import { Stage } from './play.ts';
import { recordedApi } from './recorded.ts';
import { scenes } from './scenes.ts';

const stage = new Stage(process.env.SKEIN_SERVER ?? join(import.meta.dirname, '../../../../tools/nats-server'));
const recorded = recordedApi();

/** Where we mean to answer otherwise than nats-server: lines of `differences` that are expected, and why. */
const deliberate: [line: RegExp, why: string][] = [
  [/\.error\.detail: undefined, here/, 'which ledger has not enough, and how much there is'],
  [/\.config\.name: undefined, here "MADE-UP"/, 'a made-up name is part of the configuration'],
  [/"consumer":\{"name".* → /, 'consumers that were made beforehand are refused by name'],
  [
    /^\$JS\.API\.(STREAM\.NAMES|STREAM\.CREATE\.S \{"name":"S","storage":"memory"\}) → .*system_response/,
    'its type is that of the request',
  ],
  [/^\$JS\.API\.STREAM\.NAMES → \.0\.\w+: undefined, here/, 'and so are its fields'],
];

/** And where the parts that answer are not there yet. */
const missing: RegExp[] = [
  /deliver_subject/,
  /last_active/,
  /header size exceeds/,
  /"external"/,
  /resource limits exceeded|"A", "seq"|\.(memory|storage): \d+, here|\.purged: |\.seq: /,
  /unexpected end of JSON input/,
];

const isExpected = (line: string): boolean =>
  deliberate.some(([pattern]) => pattern.test(line)) || missing.some((pattern) => pattern.test(line));

describe('the JetStream API says what nats-server’s says', () => {
  afterAll(() => stage.close());

  it.each(Object.entries(scenes))('%s', async (name, scene) => {
    const expected = recorded[name] as Said[];
    const said = await stage.play(scene, expected);
    expect(differences(expected, said).filter((line) => !isExpected(line))).toEqual([]);
  });
});
