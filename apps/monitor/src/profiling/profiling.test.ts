import { gunzipSync } from 'node:zlib';
import type { Peer } from '@skein/bus';
import type { ProcessProfile } from '@skein/diagnostics';
import type { FastifyInstance } from 'fastify';
import { Profile } from 'pprof-format';
import { afterEach, describe, expect, it } from 'vitest';
import { createProfilingApp } from './http.ts';
import { Profiles } from './profiles.ts';
import { type ProfilezOptions, profilez } from './profilez.ts';

const peer = (id: number, component: Peer['component'], instance: number): Peer => ({
  ...{ id, component, instance, address: '', pid: id * 10 },
});

const frame = (name: string, line: number) => ({ function: name, file: '/app/x.ts', line, column: 1 });

/** outer 0, outer>inner `value`. */
const profileOf = (pid: number, value: number, inner: string): ProcessProfile => ({
  pid,
  frames: [frame('outer', 3), frame(inner, 7)],
  nodes: [
    { parent: -1, frame: 0, values: [0, 0] },
    { parent: 0, frame: 1, values: [2, value] },
  ],
});

function setUp() {
  const peers = new Map([peer(1, 'gateway', 0), peer(2, 'gateway', 1)].map((one) => [one.id, one]));
  const asked: { to: unknown; body: unknown; timeoutMs: number }[] = [];
  let answer = async (to: number | 'router'): Promise<ProcessProfile> => {
    if (to === 2) throw new Error('profile: no answer within 1 ms');
    return profileOf(to === 'router' ? 5 : to * 10, 1000, to === 'router' ? 'route' : 'deliver');
  };
  const member = {
    peers,
    request: async (to: number | 'router', method: string, body: string, timeoutMs: number) => {
      expect(method).toBe('profile');
      asked.push({ to, body: JSON.parse(body), timeoutMs });
      return JSON.stringify(await answer(to));
    },
  };
  const profiles = new Profiles(member, 0, () => 1_700_000_000_123);
  return { profiles, asked, answerWith: (other: typeof answer) => (answer = other) };
}

function decode(gz: Buffer) {
  const profile = Profile.decode(gunzipSync(gz));
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)];
  const calls = new Map(
    profile.location.map(({ id, line: [{ functionId, line }] }) => {
      const called = profile.function.find((one) => one.id === functionId);
      return [id, `${text(called?.name ?? 0)} ${text(called?.filename ?? 0)}:${line}`];
    }),
  );
  return {
    types: profile.sampleType.map(({ type, unit }) => [text(type), text(unit)]),
    shown: text(profile.defaultSampleType),
    comments: profile.comment.map(text),
    nanos: [profile.timeNanos, profile.durationNanos].map(BigInt),
    samples: profile.sample.map(({ locationId, value, label }) => ({
      stack: locationId.map((id) => calls.get(id)),
      value: value.map(Number),
      labels: Object.fromEntries(label.map(({ key, str }) => [text(key), text(str)])),
    })),
  };
}

describe('/debug/pprof/', () => {
  let app: FastifyInstance | undefined;
  afterEach(() => app?.close());

  it('has the profiles of all processes as one, each sample labelled, and says who is missing', async () => {
    const { profiles, asked } = setUp();
    app = createProfilingApp(profiles);
    const answer = await app.inject('/debug/pprof/profile?seconds=1');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="profile"',
    });
    const { types, shown, comments, nanos, samples } = decode(answer.rawPayload);
    expect(types).toEqual([
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ]);
    expect(shown).toBe('cpu');
    expect(nanos).toEqual([1_700_000_000_123_000_000n, 1_000_000_000n]);
    expect(comments).toContain('gateway/1: profile: no answer within 1 ms');
    const others = samples.filter(({ labels }) => labels.component !== 'monitor');
    expect(others).toEqual([
      {
        stack: ['deliver /app/x.ts:7', 'outer /app/x.ts:3'],
        value: [2, 1000],
        labels: { process: 'gateway/0', component: 'gateway', instance: '0', pid: '10' },
      },
      {
        stack: ['route /app/x.ts:7', 'outer /app/x.ts:3'],
        value: [2, 1000],
        labels: { process: 'router/0', component: 'router', instance: '0', pid: '5' },
      },
    ]);
    expect(asked).toContainEqual({ to: 1, body: { name: 'cpu', seconds: 1 }, timeoutMs: 4000 });
  });

  it('asks one process alone', async () => {
    const { profiles, asked } = setUp();
    app = createProfilingApp(profiles);
    const { rawPayload } = await app.inject('/debug/pprof/heap?process=gateway/0');
    expect(decode(rawPayload).types).toEqual([
      ['inuse_objects', 'count'],
      ['inuse_space', 'bytes'],
    ]);
    expect(asked).toEqual([{ to: 1, body: { name: 'heap' }, timeoutMs: 4000 }]);
  });

  it('is text with debug=1', async () => {
    app = createProfilingApp(setUp().profiles);
    const { headers, body } = await app.inject('/debug/pprof/heap?process=gateway/0&debug=1');
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(body).toMatch(/^heap profile: total 1000\n/);
    expect(body).toContain('2 1000 @ gateway/0 pid 10\n#\tdeliver\t/app/x.ts:7\n#\touter\t/app/x.ts:3\n');
  });

  it.each(['block', 'mutex'])('%s is a valid profile with nothing in it', async (name) => {
    app = createProfilingApp(setUp().profiles);
    const { types, samples } = decode((await app.inject(`/debug/pprof/${name}`)).rawPayload);
    expect([types[1], samples]).toEqual([['delay', 'nanoseconds'], []]);
  });

  it.each([
    ['/debug/pprof/nix', 404, 'Unknown profile\n'],
    ['/debug/pprof/cpu', 404, 'Unknown profile\n'],
    ['/debug/pprof/heap?seconds=x', 400, 'invalid value for "seconds" - must be a positive integer\n'],
    ['/debug/pprof/heap?seconds=-1', 400, 'invalid value for "seconds" - must be a positive integer\n'],
    ['/debug/pprof/profile?seconds=301', 400, 'a profile takes 300 seconds at most\n'],
    ['/debug/pprof/heap?process=gateway/7', 404, 'no process gateway/7\n'],
    ['/', 404, '404 page not found\n'],
    ['/debug/pprof', 307, ''],
    ['/debug/pprof/symbol', 200, 'num_symbols: 1\n'],
  ])('%s: %i', async (url, status, body) => {
    app = createProfilingApp(setUp().profiles);
    const answer = await app.inject(url);
    expect([answer.statusCode, answer.body]).toEqual([status, body]);
  });

  it('refuses a second measurement at a time', async () => {
    const { profiles, answerWith } = setUp();
    app = createProfilingApp(profiles);
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    answerWith(async () => {
      begun.resolve();
      await end.promise;
      return profileOf(1, 1, 'x');
    });
    const first = profiles.take({
      kind: { values: [], shown: '', asks: 'cpu', timed: true, about: '' },
      process: 'gateway/0',
    });
    await begun.promise;
    const second = await app.inject('/debug/pprof/profile?seconds=1');
    expect([second.statusCode, second.body]).toEqual([
      500,
      'Could not enable CPU profiling: cpu profiling already in use\n',
    ]);
    const service = await profilez(profiles, { name: 'cpu', duration: 1e9 });
    expect(service.error).toBe('Failed to start CPU profile: cpu profiling already in use');
    end.resolve();
    await first;
  });

  it('asks for the token of monitoring, where there is one', async () => {
    app = createProfilingApp(setUp().profiles, () => ({ token: 'secret', openHealthz: true }));
    const url = '/debug/pprof/heap?debug=1';
    expect((await app.inject(url)).statusCode).toBe(401);
    expect((await app.inject({ url, headers: { authorization: 'Bearer secret' } })).statusCode).toBe(200);
  });

  it('lists them', async () => {
    app = createProfilingApp(setUp().profiles);
    const { body } = await app.inject('/debug/pprof/');
    for (const name of ['allocs', 'block', 'goroutine', 'heap', 'mutex', 'profile', 'threadcreate']) {
      expect(body).toContain(`href="${name}?debug=1"`);
    }
  });
});

describe('PROFILEZ', () => {
  it.each<[ProfilezOptions, string]>([
    [{}, 'Profile name not specified'],
    [{ name: 'nix' }, 'Profile "nix" not found'],
    [{ name: 'cpu' }, 'Duration 0s should be between 0s and 15s'],
    [{ name: 'cpu', duration: -5e9 }, 'Duration -5s should be between 0s and 15s'],
    [{ name: 'cpu', duration: 15e12 }, 'Duration 4h10m0s should be between 0s and 15s'],
  ])('%j: %s', async (options, error) => {
    expect(await profilez(setUp().profiles, options)).toEqual({ profile: null, error });
  });

  it('answers with the bytes of the profile, or of its text', async () => {
    const { profiles, asked } = setUp();
    const { profile, error } = await profilez(profiles, { name: 'cpu', duration: 5e7 });
    expect(error).toBe('');
    expect(decode(Buffer.from(profile ?? '', 'base64')).shown).toBe('cpu');
    expect(asked[0].body).toEqual({ name: 'cpu', seconds: 0.05 });
    const text = await profilez(profiles, { name: 'threadcount', debug: 1 });
    expect(Buffer.from(text.profile ?? '', 'base64').toString()).toMatch(/^threadcount profile: total \d+\n/);
  });
});
