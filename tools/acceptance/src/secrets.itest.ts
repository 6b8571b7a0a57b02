import { type NodeConnectionOptions, nkeyAuthenticator, nkeys } from '@nats-io/transport-node';
import bcrypt from 'bcryptjs';
import { expect, it } from 'vitest';
import { connectTo } from './client.ts';
import { RawClient } from './raw-client.ts';
import { startNode } from './scope.ts';

it('a log of everything holds no password, token or seed, of whoever is let in or not', async () => {
  const key = nkeys.createUser();
  const hash = bcrypt.hashSync('s3cret-hashed', 4);
  const node = await startNode({
    gateways: 2,
    conf: `debug: true, trace: true
      authorization { users: [
        { user: plain, password: s3cret-plain }, { user: hashed, password: "${hash}" }, { nkey: ${key.getPublicKey()} }
      ] }`,
  });
  const logins: NodeConnectionOptions[] = [
    { user: 'plain', pass: 's3cret-plain' },
    { user: 'hashed', pass: 's3cret-hashed' },
    { user: 'plain', pass: 's3cret-wrong' },
    { token: 's3cret-token' },
    { authenticator: nkeyAuthenticator(key.getSeed()) },
    { authenticator: nkeyAuthenticator(nkeys.createUser().getSeed()) },
  ];
  for (const login of logins) {
    const client = await connectTo(node, { ...login, reconnect: false }).catch(() => undefined);
    await client?.close();
  }
  const raw = await RawClient.open(node);
  raw.socket.write('CONNECT {"user":"plain","PASS":["s3cret-array"],"seed":"s3cret-seed","pass":"s3cret-cut\r\n');
  await raw.closed();
  await node.reload('authorization { users: [{ user: plain, password: s3cret-new }] }');
  await node.server.stop();

  const log = node.server.log.join('\n');
  expect(log).toContain('"pass":"[REDACTED]"');
  expect(log).toContain(`"nkey":"${key.getPublicKey()}"`);
  expect(log).not.toContain('s3cret');
  expect(log).not.toContain(hash);
  expect(log).not.toContain(new TextDecoder().decode(key.getSeed()));
});
