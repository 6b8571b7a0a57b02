import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newDefinition } from '@skein/accounts';
import type { AuthRequest, Link, Member, MemberHandlers, MemberOptions, Registration } from '@skein/bus';
import { nowhere } from '@skein/bus/testing';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { DirectoryConfiguration } from './options.ts';
import { type AuthResolver, createAuthResolver, rechecksMax } from './server.ts';

const withUser = (user: string): DirectoryConfiguration => ({
  authorization: { users: [{ user, pass: 'b' }] },
  accounts: [],
  authTimeoutMs: 2000,
});
const request = (user: string): AuthRequest => ({
  connection: 1,
  connectJson: JSON.stringify({ user, pass: 'b' }),
  nonce: '',
  host: '',
  kind: 'STANDARD',
  tls: false,
  certificateSubject: '',
  certificateNames: [],
});

const link = { peer: { id: 1 } } as Link;

let handlers: MemberHandlers;
let methods: Map<string, (body: string) => string | Promise<string>>;
let configured: DirectoryConfiguration[];
/** Of gateways. */
let asked: string[];
let resolver: AuthResolver;

beforeEach(() => {
  methods = new Map();
  configured = [];
  asked = [];
  resolver = createAuthResolver({
    log: { debug() {}, info() {}, warn() {}, error() {} },
    createMember: (options: MemberOptions) => {
      handlers = options.handlers;
      return {
        start: async () =>
          ({ configuration: withUser('a'), revision: 1, identity: { serverId: 'NID' } }) as Partial<Registration>,
        stop: async () => {},
        handle: (method: string, fn: (body: string) => string | Promise<string>) => methods.set(method, fn),
        peers: new Map([[7, { id: 7, component: 'gateway' }]]),
        request: async (_gateway: number, method: string) => void asked.push(method),
      } as unknown as Member;
    },
    startBcryptWorker: () => {
      throw new Error('not needed here');
    },
    onConfigured: (configuration) => configured.push(configuration),
    onShutdown: () => {},
    ...nowhere(),
  });
});

const mayConnect = async (user: string) => (await handlers.authenticate!(request(user), link)).allowed;

describe('the auth-resolver', () => {
  it('refuses until it has its configuration', async () => {
    expect(await mayConnect('a')).toBe(false);
    await resolver.start();
    expect(await mayConnect('a')).toBe(true);
    expect(configured).toMatchObject([withUser('a')]);
    expect(handlers.stats!()).toMatchObject({
      allowed: 1,
      loginSeconds: { counts: expect.arrayContaining([1]) },
      passwordsWaiting: 0,
      passwordsRemembered: 0,
    });
  });

  it('changes who may connect when a checked configuration is committed, not before', async () => {
    await resolver.start();
    expect(await handlers.check!(withUser('z'))).toBeUndefined();
    expect(await mayConnect('z')).toBe(false);
    handlers.commit!(withUser('z'), 2);
    expect([await mayConnect('z'), await mayConnect('a')]).toEqual([true, false]);
  });

  it('has the gateways count when a new configuration lowers how many clients an account may have', async () => {
    const limited = (connectionsMax: number): DirectoryConfiguration => ({
      ...withUser('a'),
      accounts: [{ definition: { ...newDefinition('A'), limits: { connectionsMax } }, users: [] }],
    });
    await resolver.start();
    for (const [connectionsMax, revision] of [
      [2, 2],
      [3, 3],
      [1, 4],
    ]) {
      handlers.commit!(limited(connectionsMax), revision);
      await new Promise(setImmediate);
      expect(asked.splice(0)).toEqual(revision === 4 ? ['counts-settled', 'account-counted'] : []);
    }
  });

  it('notes down who was let in while it was away, and how many nobody can tell of', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'skein-resolver-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'audit');
    await resolver.start();
    handlers.commit!({ ...withUser('a'), skein: { audit: { file, sizeLimitBytes: 0, maxFiles: 0 } } }, 2);
    const login = { request: request('bob'), account: 'A', user: 'U', unixMs: 1000 };
    await methods.get('stand-in-logins')!(JSON.stringify({ logins: [login], forgotten: 3 }));
    expect(handlers.stats!()).toMatchObject({ auditRecordsLost: 3 });
    await resolver.stop();
    expect(
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ user: 'U', account: 'A', decision: 'allowed' }]);
  });

  it('commits what a restarted router has, unchecked', async () => {
    await resolver.start();
    handlers.commit!(withUser('z'), 2);
    expect(await mayConnect('z')).toBe(true);
  });

  it('forgets what was rolled back', async () => {
    await resolver.start();
    await handlers.check!(withUser('z'));
    handlers.rollback!();
    handlers.commit!(withUser('y'), 3);
    expect([await mayConnect('z'), await mayConnect('y')]).toEqual([false, true]);
  });

  it('says why it cannot take a configuration', async () => {
    await resolver.start();
    const reason = await handlers.check!({ ...withUser('a'), noAuthUser: 'x' });
    expect(reason).toMatch(/^no_auth_user: "x" not present/);
    expect(await mayConnect('a')).toBe(true);
  });

  it('is asked again for live connections', async () => {
    await resolver.start();
    const body = JSON.stringify({ revision: 1, connections: [request('a'), request('x')] });
    expect(JSON.parse(await methods.get('recheck')!(body))).toEqual([
      { outcome: 'stays', user: 'a', account: '$G' },
      { outcome: 'gone', reason: 'User "x"' },
    ]);
    const connections = Array.from({ length: rechecksMax + 1 }, () => request('a'));
    const many = JSON.stringify({ revision: 1, connections });
    await expect(methods.get('recheck')!(many)).rejects.toThrow(`more than ${rechecksMax} connections`);
  });

  it('answers for live connections by the revision that the gateway has', async () => {
    await resolver.start();
    const answer = methods.get('recheck')!(JSON.stringify({ revision: 2, connections: [request('a')] }));
    handlers.commit!(withUser('z'), 2);
    expect(JSON.parse(await answer)).toEqual([{ outcome: 'gone', reason: 'User "a"' }]);
  });

  it('keeps a bounded number of gateways waiting for a revision', async () => {
    await resolver.start();
    const body = JSON.stringify({ revision: 2, connections: [] });
    const answers = Promise.allSettled(Array.from({ length: 300 }, () => methods.get('recheck')!(body)));
    await Promise.resolve();
    handlers.commit!(withUser('z'), 2);
    const refused = (await answers).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(300 - 256);
  });
});
