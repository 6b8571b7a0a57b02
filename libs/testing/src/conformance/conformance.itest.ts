import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerOptions, type ServerProcess, startServer } from '../server-process.ts';
import { cases } from './cases.ts';
import { infoServers, readInfos } from './info.ts';
import { loadRecordedInfos, loadRecording } from './recording.ts';
import { runCase } from './runner.ts';
import { servers } from './servers.ts';
import { diffTranscripts, type Transcript } from './transcript.ts';

const binary = process.env.SKEIN_SERVER ?? join(import.meta.dirname, '../../../../tools/nats-server');
/** Appended to every configuration: the table holds with several gateways too. Another server knows no such block. */
const variants =
  process.env.SKEIN_EXTRA_CONF !== undefined
    ? [process.env.SKEIN_EXTRA_CONF]
    : process.env.SKEIN_SERVER === undefined
      ? ['', 'skein { gateways: 2 }']
      : [''];
const { cases: recorded } = loadRecording();
const recordedInfos = loadRecordedInfos();

/** Recorded ahead of the features that they need. */
const INFOS_OF_LATER_FEATURES = ['accounts', 'cluster', 'cluster-no-advertise', 'jetstream'];

/** Where we mean to answer otherwise than nats-server: what instead of what, and why. */
const deliberate: Record<string, { ours: string; recorded: string; why: string }> = {
  'PUB: size with leading zeros': {
    ours: 'MSG foo 1 2\r\nhi\r\n',
    recorded: 'MSG foo 1 0002\r\nhi\r\n',
    why: 'sizes are written anew, so that a message looks the same whoever sent it',
  },
  'spacing: CR in the middle of a SUB line': {
    ours: 'MSG fo\ro 1 2\r\nhi\r\n',
    recorded: '',
    why: 'SUB and PUB read the same bytes as the same subject',
  },
  'accounts: a stream that has ended its subscription': {
    ours: 'MSG bs.y.x 2 2\r\nhi\r\n',
    recorded: 'MSG bs.y.x 2 2\r\nhi\r\n',
    why: 'UNSUB with a maximum counts what comes from other accounts as well',
  },
};

function replaced(transcripts: Transcript, { ours, recorded: theirs }: { ours: string; recorded: string }): Transcript {
  const [connection] = Object.keys(transcripts);
  const transcript = transcripts[connection];
  const others = transcript.frames.filter((frame) => frame !== theirs);
  return { ...transcripts, [connection]: { ...transcript, frames: [ours, ...others] } };
}

test('every case is recorded, every record has its case', () => {
  expect(Object.keys(recorded)).toEqual(cases.map(({ name }) => name));
  expect(Object.keys(recordedInfos)).toEqual(Object.keys(infoServers));
});

describe.each(variants)('with %j', (extraConf) => {
  describe.each(Object.keys(servers))('server %s', (key) => {
    let server: ServerProcess;
    beforeAll(async () => {
      server = await startServer(binary, extended(servers[key], extraConf));
    });
    afterAll(() => server?.stop());

    test.each(cases.filter((each) => each.server === key))('$name', async (each) => {
      const difference = deliberate[each.name];
      const expected = difference === undefined ? recorded[each.name] : replaced(recorded[each.name], difference);
      const actual = await runCase(each, server.port, (_, connection) => expected[connection]?.fate);
      expect(diffTranscripts(expected, actual)).toBe('');
    });
  });

  describe('INFO', () => {
    const names = Object.keys(infoServers).filter((name) => !INFOS_OF_LATER_FEATURES.includes(name));
    test.each(names)('%s', async (name) => {
      const options = extended(infoServers[name].options, extraConf);
      const { first, second } = await readInfos(binary, { ...infoServers[name], options });
      // Which of several gateways it is, INFO says besides.
      if (extraConf !== '') for (const info of [first, second]) delete info?.skein_gateway;
      expect({ first, second }).toEqual(recordedInfos[name]);
    });
  });
});

function extended(options: ServerOptions, extraConf: string): ServerOptions {
  return extraConf === '' ? options : { ...options, conf: `${options.conf ?? ''}\n${extraConf}\n` };
}
