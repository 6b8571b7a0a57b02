import { type ClaimsOf, encodeJwt, newClaims } from '@skein/jwt';
import { createSigningKey } from '@skein/nkeys';
import { describe, expect, it } from 'vitest';
import { defineAccount } from './definition.ts';

const exporterKey = createSigningKey('account');
const signingKey = createSigningKey('account');
const importerKey = createSigningKey('account');
const stranger = createSigningKey('account');
const now = 1_700_000_000;

function offer(change: object = {}): ClaimsOf<'account'>['nats']['exports'][number] {
  return {
    ...{ name: '', subject: 'priv.>', type: 'stream', token_req: true, revocations: new Map(), response_type: '' },
    ...{ response_threshold: 0, service_latency: undefined, account_token_position: 0, advertise: false },
    ...{ allow_trace: false, description: '', info_url: '' },
    ...change,
  } as never;
}

function taken(change: object = {}): ClaimsOf<'account'>['nats']['imports'][number] {
  return {
    ...{ name: '', subject: 'priv.>', account: exporterKey.publicKey, token: '', to: '', local_subject: '' },
    ...{ type: 'stream', share: false, allow_trace: false },
    ...change,
  } as never;
}

function exporting(...exports: ReturnType<typeof offer>[]): ClaimsOf<'account'> {
  const claims = newClaims('account', exporterKey.publicKey);
  claims.nats.exports = exports;
  claims.nats.signing_keys.set(signingKey.publicKey, undefined);
  return claims;
}

function importing(...imports: ReturnType<typeof taken>[]): ClaimsOf<'account'> {
  const claims = newClaims('account', importerKey.publicKey);
  claims.nats.imports = imports;
  return claims;
}

function activation(change: object = {}, nats: object = {}, signer = exporterKey): string {
  const claims = newClaims('activation', importerKey.publicKey);
  Object.assign(claims, change);
  Object.assign(claims.nats, { subject: 'priv.>', kind: 'stream' }, nats);
  return encodeJwt(claims, signer, now);
}

describe('an activation', () => {
  const revoked = (entry: string, at: number) => exporting(offer({ revocations: new Map([[entry, at]]) }));
  // As nats-server 2.15.2 was seen to have them.
  it.each<[string, string, ClaimsOf<'account'> | undefined, boolean]>([
    ['in order', activation(), exporting(offer()), true],
    [
      'by a signing key',
      activation({}, { issuer_account: exporterKey.publicKey }, signingKey),
      exporting(offer()),
      true,
    ],
    ['by a signing key that does not say for whom', activation({}, {}, signingKey), exporting(offer()), false],
    ['by somebody else', activation({}, {}, stranger), exporting(offer()), false],
    ['for somebody else', activation({ sub: stranger.publicKey }), exporting(offer()), false],
    ['that has expired', activation({ exp: now - 5 }), exporting(offer()), false],
    ['that is not valid yet', activation({ nbf: now + 5 }), exporting(offer()), false],
    ['that is revoked', activation(), revoked(importerKey.publicKey, now), false],
    ['that is revoked with all others', activation(), revoked('*', now), false],
    ['newer than its revocation', activation(), revoked(importerKey.publicKey, now - 1), true],
    ['of an account that is not known', activation(), undefined, false],
    ['that is none', 'x.y.z', exporting(offer()), false],
  ])('%s', (_, token, exporter, activated) => {
    const { definition } = defineAccount(importing(taken({ token })), () => exporter, now * 1000);
    expect(definition.imports).toEqual([
      { kind: 'stream', account: exporterKey.publicKey, subject: 'priv.>', activated, allowTrace: false },
    ]);
  });

  it.each<[string, object, number]>([
    ['for ever', {}, Number.POSITIVE_INFINITY],
    ['until it expires', { exp: now + 60 }, (now + 61) * 1000],
    ['from when it begins', { nbf: now + 60 }, (now + 60) * 1000],
    ['no more', { exp: now - 60 }, Number.POSITIVE_INFINITY],
  ])('holds %s', (_, change, unixMs) => {
    const claims = importing(taken({ token: activation(change) }));
    expect(defineAccount(claims, () => exporting(offer()), now * 1000).changesUnixMs).toBe(unixMs);
  });
});

it.each([
  ['whose import says with `to` what it is called there', { subject: 'mine', to: 'priv.a' }, [offer()]],
  [
    'by one of two exports that overlap',
    { subject: 'priv.a' },
    [offer({ subject: '*.a', revocations: new Map() }), offer({ subject: 'priv.*' })],
  ],
])('an activation is revoked %s', (_, change, offers) => {
  const exporter = exporting(...offers.map((one) => ({ ...one, type: 'service' as const })));
  const token = activation({}, { kind: 'service' });
  const importer = importing(taken({ type: 'service', token, ...change }));
  const active = () => defineAccount(importer, () => exporter, now * 1000).definition.imports[0].activated;
  expect(active()).toBe(true);
  exporter.nats.exports.at(-1)?.revocations.set(importerKey.publicKey, now);
  expect(active()).toBe(false);
});

const none = () => undefined;
const importsOf = (...imports: ReturnType<typeof taken>[]) =>
  defineAccount(importing(...imports), none, 0).definition.imports;

it('imports streams and services, by their local names', () => {
  const account = exporterKey.publicKey;
  expect(
    importsOf(
      taken({ to: 'pre' }),
      taken({ local_subject: 'here.>', allow_trace: true }),
      taken({ type: 'service', subject: 'q.*', local_subject: 'mine.$1', share: true }),
      taken({ type: 'service', subject: 'here', to: 'there' }),
      taken({ type: 'service', subject: 'same' }),
    ),
  ).toEqual([
    { kind: 'stream', account, subject: 'priv.>', to: 'pre.priv.>', allowTrace: false },
    { kind: 'stream', account, subject: 'priv.>', to: 'here.>', allowTrace: true },
    { kind: 'service', account, subject: 'q.*', to: 'mine.$1', share: true },
    { kind: 'service', account, subject: 'there', to: 'here', share: false },
    { kind: 'service', account, subject: 'same', share: false },
  ]);
});

it('exports streams and services', () => {
  const claims = exporting(
    offer(),
    offer({ token_req: false, account_token_position: 2, subject: 'a.*' }),
    offer({ type: 'service', token_req: false, response_type: 'Stream', response_threshold: 2e9, allow_trace: true }),
    offer({ type: 'service', token_req: false, service_latency: { sampling: 0, results: 'lat' } }),
  );
  expect(defineAccount(claims, none, 0).definition.exports).toEqual([
    { kind: 'stream', subject: 'priv.>', accounts: [] },
    { kind: 'stream', subject: 'a.*', accountTokenPosition: 2 },
    { kind: 'service', subject: 'priv.>', responseType: 'Streamed', thresholdMs: 2000, allowTrace: true },
    {
      kind: 'service',
      subject: 'priv.>',
      responseType: 'Singleton',
      latency: { sampling: 'headers', subject: 'lat' },
      allowTrace: false,
    },
  ]);
});

it('has limits, mappings and a trace destination', () => {
  const claims = newClaims('account', importerKey.publicKey);
  claims.name = 'shop';
  Object.assign(claims.nats.limits, { conn: 5, leaf: -1, subs: 0, payload: 10 });
  claims.nats.mappings.set('in', [
    { subject: 'out', weight: 0, cluster: '' },
    { subject: 'other', weight: 20, cluster: 'c' },
  ]);
  claims.nats.trace = { dest: 'traces', sampling: 0 };
  expect(defineAccount(claims, none, 0).definition).toEqual({
    name: importerKey.publicKey,
    nameTag: 'shop',
    limits: { connectionsMax: 5, subscriptionsMax: 0, payloadBytesMax: 10 },
    exports: [],
    imports: [],
    mappings: [
      {
        source: 'in',
        destinations: [
          { subject: 'out', weight: 100 },
          { subject: 'other', weight: 20, cluster: 'c' },
        ],
      },
    ],
    traceDestination: { subject: 'traces', sampling: 100 },
  });
});

it('has JetStream where it may store anything, in all or by tier', () => {
  const claims = newClaims('account', importerKey.publicKey);
  const { limits } = claims.nats;
  const jetstream = (): unknown => defineAccount(claims, none, 0).definition.jetstream;
  expect(jetstream()).toBeUndefined();
  // As `nsc edit account --js-disk-storage` writes them.
  const open = { streams: -1, consumer: -1, max_ack_pending: -1, mem_max_stream_bytes: -1, disk_max_stream_bytes: -1 };
  Object.assign(limits, { ...open, disk_storage: 2_000_000 });
  const flat = {
    ...{ memoryBytesMax: 0, fileBytesMax: 2_000_000, streamsMax: -1, consumersMax: -1, ackPendingMax: -1 },
    ...{ memoryStreamBytesMax: -1, fileStreamBytesMax: -1, isMaxBytesRequired: false },
  };
  expect(jetstream()).toEqual({ '': flat });
  const tier = { ...open, mem_storage: 5, disk_storage: 0, streams: 2, consumer: 3, max_ack_pending: 4 };
  limits.tiered_limits.set('R3', { ...tier, mem_max_stream_bytes: 6, max_bytes_required: true });
  expect(jetstream()).toEqual({
    R3: {
      ...{ memoryBytesMax: 5, fileBytesMax: 0, streamsMax: 2, consumersMax: 3, ackPendingMax: 4 },
      ...{ memoryStreamBytesMax: 6, fileStreamBytesMax: -1, isMaxBytesRequired: true },
    },
  });
});
