import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { credsAuthenticator } from '@nats-io/transport-node';
import { newClaims, type UserScope, unlimited } from '@skein/jwt';
import { createSigningKey } from '@skein/nkeys';
import { TestOperator, type TestUser, userOf } from '@skein/trust/testing';
import { expect, it, onTestFinished } from 'vitest';
import type { Node } from './node.ts';
import { openClient, startNode } from './scope.ts';

const example = (file: string): string => fileURLToPath(new URL(`../../../examples/sign-up/${file}`, import.meta.url));

const creds = ({ jwt, key }: TestUser): string =>
  `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n-----BEGIN USER NKEY SEED-----\n${key.seed}\n------END USER NKEY SEED------\n`;

/** A node with the accounts that examples/sign-up/README.md makes, and the service. */
async function start(): Promise<{ node: Node; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-sign-up-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const operator = new TestOperator();
  const [door, club, member] = [createSigningKey('account'), createSigningKey('account'), createSigningKey('account')];
  const scope: UserScope = {
    kind: 'user_scope',
    key: member.publicKey,
    role: 'member',
    description: '',
    template: {
      ...newClaims('user', '').nats,
      pub: { allow: ['from.{{subject()}}.>'], deny: [] },
      sub: { allow: ['from.>', '_INBOX.{{subject()}}.>'], deny: [] },
      subs: 10,
      data: unlimited,
      payload: 1024,
    },
  };
  const accounts = [
    operator.account(door),
    operator.account(club, ({ nats }) => void nats.signing_keys.set(member.publicKey, scope)),
  ];
  const node = await startNode({ conf: operator.configuration('MEMORY', accounts) });
  const desk = userOf(door, ({ nats }) => {
    nats.sub.allow = ['sign-up'];
    nats.resp = { max: 1, ttl: 0 };
  });
  const guest = userOf(door, ({ nats }) => {
    nats.pub.allow = ['sign-up'];
    nats.sub.allow = ['_INBOX.>'];
  });
  writeFileSync(join(folder, 'desk.creds'), creds(desk));
  writeFileSync(join(folder, 'guest.creds'), creds(guest));
  writeFileSync(join(folder, 'member.nk'), `${member.seed}\n`);
  const service = spawn(process.execPath, [example('service.ts'), '--server', node.url, '--account', club.publicKey], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => stop(service));
  await once(service.stdout, 'data');
  return { node, folder };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

it('somebody signs up, and may then do what the template says', async () => {
  const { node, folder } = await start();
  const signUp = (name: string, out: string) =>
    promisify(execFile)(process.execPath, [example('join.ts'), '--server', node.url, '--name', name, '--out', out], {
      cwd: folder,
    });
  const [joe, ann] = await Promise.all(
    ['joe', 'ann'].map(async (name) => {
      const key = (await signUp(name, `${name}.creds`)).stdout.split(' ')[0];
      expect(statSync(join(folder, `${name}.creds`)).mode & 0o777).toBe(0o600);
      const authenticator = credsAuthenticator(readFileSync(join(folder, `${name}.creds`)));
      const errors: string[] = [];
      const client = await openClient(node, { authenticator, inboxPrefix: `_INBOX.${key}` });
      void (async () => {
        for await (const status of client.status()) if (status.type === 'error') errors.push(status.error.message);
      })();
      return { key, client, errors };
    }),
  );
  const heard: string[] = [];
  ann.client.subscribe('from.>', {
    callback: (_error, message) => void heard.push(`${message.subject} ${message.string()}`),
  });
  await ann.client.flush();
  joe.client.publish(`from.${joe.key}.chat`, 'hello');
  joe.client.publish(`from.${ann.key}.chat`, 'I am ann');
  await joe.client.flush();
  await ann.client.flush();
  expect(heard).toEqual([`from.${joe.key}.chat hello`]);
  expect(joe.errors).toEqual([expect.stringContaining(`Permissions Violation for Publish to "from.${ann.key}.chat"`)]);
  expect(joe.client.info?.max_payload).toBe(1024);

  await expect(signUp('', 'nobody.creds')).rejects.toMatchObject({ code: 1, stderr: 'a name, please\n' });
  await expect(signUp('joe', 'joe.creds')).rejects.toMatchObject({ stderr: expect.stringContaining('EEXIST') });

  const guest = await openClient(node, {
    authenticator: credsAuthenticator(readFileSync(join(folder, 'guest.creds'))),
  });
  const ask = async (request: string) => (await guest.request('sign-up', request, { timeout: 5000 })).json();
  const wrong = { error: "a user's public key, please" };
  expect(await ask('{"name":"joe","key":"UJOE"}')).toEqual(wrong);
  expect(await ask(JSON.stringify({ name: 'joe', key: createSigningKey('account').publicKey }))).toEqual(wrong);
  for (const request of ['', 'null', '{', JSON.stringify({ name: 'joe', key: 'x'.repeat(2000) })]) {
    expect(await ask(request)).toEqual({ error: 'a name, please' });
  }
});
