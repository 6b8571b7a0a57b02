import type { AuthRequest } from '@skein/bus';
import { claimsJson } from '@skein/jwt';
import { expect, it } from 'vitest';
import { type Credentials, readCredentials } from '../credentials.ts';
import observed from './observed.json' with { type: 'json' };
import { questionClaims } from './question.ts';

it.each(observed.questions)(
  'asks what nats-server asks: $name',
  ({ request, asked, tags = [], xkey = '', nameTag = '' }) => {
    const claims = questionClaims(
      {
        request: { certificateSubject: '', certificateNames: [], ...request } as AuthRequest,
        credentials: readCredentials(request.connectJson) as Credentials,
        ...{ issuer: 'A', userKey: 'U', nameTag, expiresSeconds: 3 },
      },
      { name: 'test', host: '127.0.0.1', id: 'N', version: '2.15.2', tags, xkey },
    );
    const { nats, ...rest } = claimsJson(claims);
    expect(rest).toEqual({ aud: 'nats-authorization-request', exp: 3, sub: 'A' });
    // With their order.
    expect(JSON.stringify(nats, null, 1)).toBe(JSON.stringify(asked, null, 1));
  },
);
