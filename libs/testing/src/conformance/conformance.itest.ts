import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer } from '../server-process.ts';
import { cases } from './cases.ts';
import { infoServers, readInfos } from './info.ts';
import { loadRecordedInfos, loadRecording } from './recording.ts';
import { runCase } from './runner.ts';
import { servers } from './servers.ts';
import { diffTranscripts } from './transcript.ts';

const binary = process.env.SKEIN_SERVER ?? join(import.meta.dirname, '../../../../tools/nats-server');
const { cases: recorded } = loadRecording();
const recordedInfos = loadRecordedInfos();

/** Recorded ahead of the features that they need. */
const INFOS_OF_LATER_FEATURES = ['accounts', 'cluster', 'cluster-no-advertise', 'jetstream'];

test('every case is recorded, every record has its case', () => {
  expect(Object.keys(recorded)).toEqual(cases.map(({ name }) => name));
  expect(Object.keys(recordedInfos)).toEqual(Object.keys(infoServers));
});

describe.each(Object.keys(servers))('server %s', (key) => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer(binary, servers[key]);
  }, 15_000);
  afterAll(() => server?.stop(), 15_000);

  test.each(cases.filter((each) => each.server === key))(
    '$name',
    async (each) => {
      const expected = recorded[each.name];
      const actual = await runCase(each, server.port, (_, connection) => expected[connection]?.fate);
      expect(diffTranscripts(expected, actual)).toBe('');
    },
    30_000,
  );
});

describe('INFO', () => {
  const names = Object.keys(infoServers).filter((name) => !INFOS_OF_LATER_FEATURES.includes(name));
  test.each(names)(
    '%s',
    async (name) => {
      expect(await readInfos(binary, infoServers[name])).toEqual(recordedInfos[name]);
    },
    30_000,
  );
});
