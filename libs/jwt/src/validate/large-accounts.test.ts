import { expect, it } from 'vitest';
import { newClaims, validate } from '../index.ts';

const one = {
  account: 'A',
  name: '',
  subject: '',
  token: '',
  to: '',
  local_subject: '',
  description: '',
  info_url: '',
};
const offer = { token_req: false, revocations: new Map(), response_type: '', response_threshold: 0, advertise: false };

/** A token of a megabyte holds 7,000. */
function large(subject: (i: number) => string): ReturnType<typeof newClaims<'account'>> {
  const claims = newClaims('account', 'A');
  claims.nats.limits.wildcards = true;
  for (let i = 0; i < 5000; i++) {
    const each = { ...one, subject: subject(i), type: 'service', share: false, allow_trace: false };
    claims.nats.imports.push(each as never);
    claims.nats.exports.push({ ...offer, ...each, service_latency: undefined, account_token_position: 0 } as never);
  }
  claims.nats.limits.imports = claims.nats.limits.exports = -1;
  return claims;
}

// It stops everything else meanwhile. A loaded machine takes seconds; compared carelessly, these take half a minute anywhere.
const timeout = 20_000;

it('an account of thousands of exports and imports is looked at without holding up others', { timeout }, () => {
  expect(
    validate(
      large((i) => `*.a${i}`),
      0,
    ),
  ).toEqual([]);
});

it('an account that is wrong in millions of ways is told of some', { timeout }, () => {
  expect(
    validate(
      large(() => 'same'),
      0,
    ),
  ).toHaveLength(1000);
});
