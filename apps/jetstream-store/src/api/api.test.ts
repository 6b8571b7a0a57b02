import { unlimitedJetStream } from '@skein/accounts';
import { ackOpening, pubAck } from '@skein/jetstream-core';
import { type Ask, apiScenes, converse, recordedApi, type Said, type Scene } from '@skein/testing';
import { describe, expect, it } from 'vitest';
import type { Notices } from '../host.ts';
import type { ApiRequest, OtherStores, Outbox } from '../hosting.ts';
import type { StoreLimits } from '../limits.ts';
import type { TierLimits } from '../node-accounts.ts';
import type { Backups } from '../snapshot/backups.ts';
import { FakeDirectory, unlimited } from '../testing/fake-hosting.ts';
import { createApi } from './api.ts';

const KIB = 1024;
const limits: Record<string, StoreLimits> = {
  plain: { maxMemoryBytes: 64 * KIB ** 2, maxFileBytes: 256 * KIB ** 2 },
  limited: {
    maxMemoryBytes: KIB ** 2,
    maxFileBytes: 4 * KIB ** 2,
    maxAckPending: 500,
    maxRequestBatch: 100,
    maxDuplicateWindowMs: 60_000,
  },
};
const accounts: Record<string, TierLimits> = {
  free: unlimited(),
  small: {
    '': {
      memoryBytesMax: 64 * KIB,
      fileBytesMax: 128 * KIB,
      streamsMax: 3,
      consumersMax: 2,
      ackPendingMax: 200,
      memoryStreamBytesMax: 32 * KIB,
      fileStreamBytesMax: 64 * KIB,
      isMaxBytesRequired: false,
    },
  },
  strict: {
    '': { ...unlimitedJetStream(), memoryBytesMax: 128 * KIB, fileBytesMax: 128 * KIB, isMaxBytesRequired: true },
  },
};

/** The API without a process around it; publishes are stored at once. */
function play({ server, user = '$G' }: Scene): Ask {
  let answers: string[] = [];
  const note = (content: Buffer): void => void answers.push(content.toString('latin1'));
  const outbox: Outbox = {
    isCongested: false,
    reply: (_account, _to, content) => note(content),
    answer: (_account, _to, text) => note(Buffer.from(text)),
    publish: () => {},
  };
  const ofServer = limits[server] ?? (limits.plain as StoreLimits);
  const directory = new FakeDirectory(
    server === 'domain' ? 'hub' : '',
    { $G: unlimited(), ...accounts },
    ofServer,
    outbox,
  );
  const notices = { apiAudit: () => {}, apiRefused: () => {} } as unknown as Notices;
  const log = { info: () => {}, warn: () => {}, error: (text: string) => expect.fail(text) };
  const api = createApi({
    notices,
    // They have tests of their own.
    backups: undefined as unknown as Backups,
    serverName: 'js',
    systemAccount: 'sys',
    directory,
    outbox,
    log,
    limits: ofServer,
    requestsMax: 100,
    now: () => 1_700_000_000_000,
  });
  return async ({ to, block, text }) => {
    answers = [];
    const content = Buffer.from(block + text, 'latin1');
    const account = directory.account(user);
    const subject = to.replace('$JS.hub.', '$JS.');
    if (subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.')) {
      const [stream = '', consumer = ''] = subject.split('.').slice(5);
      account?.streams.get(stream)?.consumers.get(consumer)?.request('inbox', text);
    } else if (subject.startsWith('$JS.')) {
      api.handle({ account, accountName: user, subject, reply: 'inbox', content, headerBytes: block.length });
      await new Promise((resolve) => setImmediate(resolve));
    } else {
      const { stream } = account?.streamOf(subject) ?? expect.fail(`nobody keeps ${subject}`);
      stream.publish(subject, content, block.length, 1_700_000_000, 0);
      note(Buffer.from(pubAck(ackOpening(stream.config.name, directory.domain), stream.outcome)));
    }
    return answers;
  };
}

/** What is not answered here: publishes and pulls, other domains, backups, push consumers, mirrors. */
const isOther = ({ asked }: Said): boolean =>
  /^(?!\$JS)|MSG\.NEXT|SNAPSHOT|RESTORE|^\$JS\.other|"deliver_subject"|"external"/.test(asked);

/** Without what is said here beyond nats-server, and what only a process knows. */
function comparable(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value) => {
    if (key === 'detail' || key === 'last_active') return undefined;
    // Here a made-up name is part of the configuration.
    return key === 'name' && value === 'MADE-UP' ? undefined : value;
  });
}

const recorded = recordedApi();
const ofNode = ['limits: what is used', 'consumers: acknowledgements that ask for an answer'];
const isPlayed = ([name, { server, user }]: [string, Scene]): boolean =>
  server !== 'off' && user !== 'sys' && !ofNode.includes(name);
const playable = Object.entries(apiScenes).filter(isPlayed);

describe('the API says what nats-server’s says', () => {
  it.each(playable)('%s', async (name, scene) => {
    const expected = recorded[name] as Said[];
    const said = await converse(play(scene), scene, expected);
    const compared = (all: readonly Said[]): unknown => comparable(all.filter((one) => !isOther(one)));
    expect(compared(said)).toEqual(compared(expected));
  });
});

it('requests wait for gateways that are behind; beyond a number of them they are turned away', () => {
  const answers: string[] = [];
  const outbox = {
    isCongested: true,
    reply: (_account: string, to: string, content: Buffer) => void answers.push(`${to} ${content}`),
    answer: (_account: string, to: string, text: string) => void answers.push(`${to} ${text}`),
    publish: () => {},
  };
  const ofServer = limits.plain as StoreLimits;
  const directory = new FakeDirectory('', { $G: unlimited() }, ofServer, outbox);
  let refused = 0;
  const notices = { apiAudit: () => {}, apiRefused: () => void refused++ } as unknown as Notices;
  const api = createApi({
    ...{ notices, serverName: 'js', systemAccount: '', directory, outbox, limits: ofServer, requestsMax: 2 },
    log: { info: () => {}, warn: () => {}, error: (text: string) => expect.fail(text) },
    backups: {} as Backups,
    now: () => 0,
  });
  const ask = (reply: string, subject: string): void =>
    api.handle({
      ...{ account: directory.account('$G'), accountName: '$G', subject: `$JS.API.${subject}`, reply },
      ...{ content: Buffer.alloc(0), headerBytes: 0 },
    });
  ask('1', 'STREAM.NAMES');
  ask('2', 'STREAM.INFO.X');
  ask('3', 'STREAM.NAMES');
  ask('4', 'DIRECT.GET.X');
  expect(answers.splice(0).map((text) => text.slice(0, 120))).toEqual([
    expect.stringMatching(/^3 .*stream_names_response","error":\{"code":429,"err_code":10167/),
    '4 NATS/1.0 429 Too Many Requests\r\n\r\n',
  ]);
  expect(refused).toBe(2);
  outbox.isCongested = false;
  api.release();
  expect(answers.map((text) => text.slice(0, 30))).toEqual([
    '1 {"type":"io.nats.jetstream.a',
    '2 {"type":"io.nats.jetstream.a',
  ]);
});

it('whose stream it is, is looked at when a request’s turn has come', async () => {
  const answers: string[] = [];
  const handedOn: string[] = [];
  const answer = (to: string, text: string): void => void answers.push(`${to} ${text.slice(0, 50)}`);
  const outbox = {
    isCongested: false,
    reply: (_account: string, to: string, content: Buffer) => answer(to, content.toString()),
    answer: (_account: string, to: string, text: string) => answer(to, text),
    publish: () => {},
  };
  const ofServer = limits.plain as StoreLimits;
  const directory = new FakeDirectory('', { $G: unlimited() }, ofServer, outbox);
  const others = {
    handOn: ({ reply, subject }: ApiRequest) => subject.endsWith('.X') && handedOn.push(reply) > 0,
    isComplete: true,
  };
  const api = createApi({
    ...{ serverName: 'js', systemAccount: '', directory, outbox, limits: ofServer, requestsMax: 100 },
    notices: { apiAudit: () => {}, apiRefused: () => {} } as unknown as Notices,
    log: { info: () => {}, warn: () => {}, error: (text: string) => expect.fail(text) },
    others: others as unknown as OtherStores,
    backups: {} as Backups,
    now: () => 0,
  });
  const ask = (reply: string, subject: string, body: object = {}): void =>
    api.handle({
      ...{ account: directory.account('$G'), accountName: '$G', subject: `$JS.API.${subject}`, reply },
      ...{ content: Buffer.from(JSON.stringify(body)), headerBytes: 0 },
    });
  for (const reply of ['1', '2']) ask(reply, 'STREAM.CREATE.X', { name: 'X' });
  ask('3', 'STREAM.INFO.X');
  await new Promise((resolve) => setImmediate(resolve));
  expect([handedOn, answers]).toEqual([['2', '3'], ['1 {"type":"io.nats.jetstream.api.v1.stream_create_re']]);
  // It is counted where it is answered.
  expect(api.countsOf('$G').total).toBe(1);
  outbox.isCongested = true;
  for (const reply of ['4', '5']) ask(reply, `STREAM.INFO.${reply === '4' ? 'X' : 'Y'}`);
  outbox.isCongested = false;
  api.release();
  expect([handedOn.slice(2), answers.slice(1)]).toEqual([
    ['4'],
    ['5 {"type":"io.nats.jetstream.api.v1.stream_info_resp'],
  ]);
});
