import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startServer } from '../server-process.ts';
import { WireClient } from '../wire-client.ts';
import type { Said } from './converse.ts';
import { differences } from './differences.ts';
import { Stage } from './play.ts';
import { recordedApi } from './recorded.ts';
import { scenes } from './scenes.ts';

const binary = process.env.SKEIN_SERVER ?? join(import.meta.dirname, '../../../../tools/nats-server');
const recorded = recordedApi();

/** Where we mean to answer otherwise than nats-server: lines of `differences` that are expected, and why. */
const deliberate: [line: RegExp, why: string][] = [
  [/\.error\.detail: undefined, here/, 'which ledger has not enough, and how much there is'],
  [/\.config\.name: undefined, here "MADE-UP"/, 'a made-up name is part of the configuration'],
  [/\.sources\.0\.active: -1, here \d+$/, 'when an origin was looked for last'],
  [
    /^\$JS\.API\.(STREAM\.NAMES|STREAM\.CREATE\.S \{"name":"S","storage":"memory"\}) → .*system_response/,
    'its type is that of the request',
  ],
  [
    /\.sources\.1\.error: undefined, here .*another mirror or source takes what comes to its subject/,
    'why it gets nothing',
  ],
  [/^\$JS\.API\.STREAM\.NAMES → \.0\.\w+: undefined, here/, 'and so are its fields'],
];

const isExpected = (line: string): boolean => deliberate.some(([pattern]) => pattern.test(line));

describe.each([
  ['one store', ''],
  ['two stores', 'skein { jetstream { stores: 2 } }'],
])('the JetStream API says what nats-server’s says: %s', (_stores, conf) => {
  const stage = new Stage(binary, conf);
  afterAll(() => stage.close());

  it.each(Object.entries(scenes))('%s', async (name, scene) => {
    const expected = recorded[name] as Said[];
    const said = await stage.play(scene, expected);
    expect(differences(expected, said).filter((line) => !isExpected(line))).toEqual([]);
  });
});

it('what is asked is noted down for whoever listens, with who asked', async () => {
  const server = await startServer(binary, { flags: ['-js', '-sd', await mkdtemp(join(tmpdir(), 'skein-js-'))] });
  const listener = await WireClient.connect({ port: server.port });
  const asker = await WireClient.connect({ port: server.port });
  try {
    await listener.send('CONNECT {"verbose":false,"headers":true}\r\nSUB $JS.EVENT.ADVISORY.API 1\r\n');
    await listener.sync();
    await asker.send(
      'CONNECT {"verbose":false,"headers":true,"name":"asker","lang":"wire","version":"3"}\r\nSUB in 1\r\n',
    );
    const block = 'NATS/1.0\r\nNats-Request-Info: {"acc":"another"}\r\n\r\n';
    await asker.send(`HPUB $JS.API.STREAM.NAMES in ${block.length} ${block.length + 2}\r\n${block}{}\r\n`);
    const [, size = ''] = /MSG \S+ 1 (\d+)\r\n$/.exec(await listener.expect(/MSG \S+ 1 \d+\r\n/)) ?? [];
    const audit = JSON.parse((await listener.expect(new RegExp(`^.{${size}}`))).toString());
    expect(audit).toMatchObject({
      type: 'io.nats.jetstream.advisory.v1.api_audit',
      client: { acc: '$G', host: '127.0.0.1', name: 'asker', lang: 'wire', ver: '3', kind: 'Client' },
      subject: '$JS.API.STREAM.NAMES',
      request: '{}',
      response: await asker.expect(/\{"type.*\}/).then((text) => text.slice(text.indexOf('{"type'))),
    });
  } finally {
    listener.destroy();
    asker.destroy();
    await server.stop();
  }
});
