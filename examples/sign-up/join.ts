// Signs somebody up: makes a key, asks for a token, and writes both into a file that every NATS client takes.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connect, credsAuthenticator, nkeys } from '@nats-io/transport-node';
import type { Answer } from './issue.ts';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'nats://localhost:4222' },
    creds: { type: 'string', default: 'guest.creds' },
    name: { type: 'string', default: '' },
    out: { type: 'string', default: 'me.creds' },
  },
});

const user = nkeys.createUser();
const guest = await connect({
  servers: values.server,
  authenticator: credsAuthenticator(readFileSync(values.creds)),
  reconnect: false,
});
const request = JSON.stringify({ name: values.name, key: user.getPublicKey() });
const answer = (await guest.request('sign-up', request, { timeout: 5000 })).json<Answer>();
await guest.close();
if ('error' in answer) {
  console.error(answer.error);
  process.exit(1);
}
const seed = new TextDecoder().decode(user.getSeed());
const creds = `-----BEGIN NATS USER JWT-----
${answer.jwt}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${seed}
------END USER NKEY SEED------
`;
// Never over another's: `wx` fails where the file exists.
writeFileSync(values.out, creds, { mode: 0o600, flag: 'wx' });
console.log(`${user.getPublicKey()} is in ${values.out}`);
