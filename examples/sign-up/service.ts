// Signs people up: answers requests on the subject `sign-up`. Run as many as you like, they share the work.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connect, credsAuthenticator } from '@nats-io/transport-node';
import { signingKeyFromSeed } from '@skein/nkeys';
import { answer, type Issuer } from './issue.ts';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'nats://localhost:4222' },
    creds: { type: 'string', default: 'desk.creds' },
    account: { type: 'string', default: '' },
    'signing-key': { type: 'string', default: 'member.nk' },
    days: { type: 'string', default: '30' },
  },
});

const issuer: Issuer = {
  account: values.account,
  signingKey: signingKeyFromSeed(readFileSync(values['signing-key'], 'utf8').trim()),
  validSeconds: Number(values.days) * 86_400,
};
const connection = await connect({
  servers: values.server,
  authenticator: credsAuthenticator(readFileSync(values.creds)),
  maxReconnectAttempts: -1,
});
const requests = connection.subscribe('sign-up', { queue: 'desk' });
await connection.flush();
console.log('signing people up');
for await (const request of requests) {
  request.respond(JSON.stringify(answer(request.data, issuer, Math.floor(Date.now() / 1000))));
}
