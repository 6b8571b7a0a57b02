import type { AccountDefinition, AccountLimits, Export, Import, JetStreamLimits, Mapping } from '@skein/accounts';
import {
  type AccountClaims,
  type ActivationClaims,
  accountSigned,
  decodeJwtAs,
  isContainedIn,
  isRevoked,
  JwtError,
  validate,
} from '@skein/jwt';

type ExportClaim = AccountClaims['nats']['exports'][number];
type ImportClaim = AccountClaims['nats']['imports'][number];
type LimitClaims = AccountClaims['nats']['limits'];
type TierClaims = LimitClaims['tiered_limits'] extends Map<string, infer T> ? T : never;

export interface DefinedAccount {
  definition: AccountDefinition;
  /** When it has to be made anew, because an activation begins or ends then; Infinity: never. */
  changesUnixMs: number;
}

/** An account as the gateways know accounts. `accountOf` finds those that it imports from, where they are known. */
export function defineAccount(
  { sub, name, nats }: AccountClaims,
  accountOf: (key: string) => AccountClaims | undefined,
  nowMs: number,
): DefinedAccount {
  let changesUnixMs = Number.POSITIVE_INFINITY;
  const imports = nats.imports.map((one): Import => {
    const right = one.token === '' ? undefined : activation(one, sub, accountOf(one.account), nowMs);
    changesUnixMs = Math.min(changesUnixMs, right?.changesUnixMs ?? Number.POSITIVE_INFINITY);
    return importOf(one, right?.active ?? false);
  });
  const { trace, mappings } = nats;
  const definition: AccountDefinition = {
    name: sub,
    ...(name !== '' && { nameTag: name }),
    limits: limitsOf(nats.limits),
    exports: nats.exports.map(exportOf),
    imports,
    mappings: [...mappings].map(
      ([source, to]): Mapping => ({
        source,
        destinations: to.map(({ subject, weight, cluster }) => ({
          subject,
          weight: weight || 100,
          ...(cluster !== '' && { cluster }),
        })),
      }),
    ),
    ...(trace !== undefined && { traceDestination: { subject: trace.dest, sampling: trace.sampling || 100 } }),
    ...jetStreamOf(nats.limits),
  };
  return { definition, changesUnixMs };
}

function limitsOf({ conn, subs, payload, leaf }: AccountClaims['nats']['limits']): AccountLimits {
  return {
    ...(conn >= 0 && { connectionsMax: conn }),
    ...(subs >= 0 && { subscriptionsMax: subs }),
    ...(payload >= 0 && { payloadBytesMax: payload }),
    ...(leaf >= 0 && { leafnodesMax: leaf }),
  };
}

/** Limits by tier take the place of those for all; an account that may store nothing anywhere has no JetStream. */
function jetStreamOf({ tiered_limits: tiers, ...flat }: LimitClaims): Pick<AccountDefinition, 'jetstream'> {
  if (tiers.size > 0) {
    return { jetstream: Object.fromEntries([...tiers].map(([tier, limits]) => [tier, jetStreamLimits(limits)])) };
  }
  if (flat.mem_storage === 0 && flat.disk_storage === 0) return {};
  return { jetstream: { '': jetStreamLimits(flat) } };
}

const jetStreamLimits = (limits: TierClaims): JetStreamLimits => ({
  memoryBytesMax: limits.mem_storage,
  fileBytesMax: limits.disk_storage,
  streamsMax: limits.streams,
  consumersMax: limits.consumer,
  ackPendingMax: limits.max_ack_pending,
  memoryStreamBytesMax: limits.mem_max_stream_bytes,
  fileStreamBytesMax: limits.disk_max_stream_bytes,
  isMaxBytesRequired: limits.max_bytes_required,
});

const responseTypes = { '': 'Singleton', Singleton: 'Singleton', Stream: 'Streamed', Chunked: 'Chunked' } as const;

function exportOf(one: ExportClaim): Export {
  const offer = {
    subject: one.subject,
    // Whoever has no activation is not among them.
    ...(one.token_req && { accounts: [] }),
    ...(one.account_token_position > 0 && { accountTokenPosition: one.account_token_position }),
  };
  if (one.type === 'stream') return { kind: 'stream', ...offer };
  const latency = one.service_latency;
  return {
    kind: 'service',
    ...offer,
    responseType: responseTypes[one.response_type as keyof typeof responseTypes],
    ...(one.response_threshold > 0 && { thresholdMs: one.response_threshold / 1e6 }),
    ...(latency !== undefined && { latency: { sampling: latency.sampling || 'headers', subject: latency.results } }),
    allowTrace: one.allow_trace,
  };
}

function importOf(one: ImportClaim, activated: boolean): Import {
  const { account, subject, to, local_subject: local } = one;
  const taken = { account, ...(one.token !== '' && { activated }) };
  if (one.type === 'stream') {
    const here = local || (to === '' ? undefined : `${to}.${subject}`);
    return { kind: 'stream', ...taken, subject, ...(here && { to: here }), allowTrace: one.allow_trace };
  }
  // `to` is deprecated, and means the exporter's subject; a local subject is the importer's.
  const [there, here] = local === '' && to !== '' ? [to, subject] : [subject, local];
  return { kind: 'service', ...taken, subject: there, ...(here && { to: here }), share: one.share };
}

/** Whether an import's token gives it the right now, and when that changes. Its signature was checked with the account's. */
function activation(
  one: ImportClaim,
  importer: string,
  exporter: AccountClaims | undefined,
  nowMs: number,
): { active: boolean; changesUnixMs: number } {
  const never = { active: false, changesUnixMs: Number.POSITIVE_INFINITY };
  let claims: ActivationClaims;
  try {
    claims = decodeJwtAs('activation', one.token);
  } catch (error) {
    if (error instanceof JwtError) return never;
    throw error;
  }
  if (exporter === undefined || claims.sub !== importer || !accountSigned(exporter, claims)) return never;
  const { subject: there } = importOf(one, false);
  const offers = exporter.nats.exports.filter(
    ({ type, token_req, subject }) => type === one.type && token_req && isContainedIn(there, subject),
  );
  if (offers.some(({ revocations }) => isRevoked(revocations, importer, claims.iat))) return never;
  const issues = validate(claims, Math.floor(nowMs / 1000));
  if (issues.some(({ kind }) => kind === 'blocking' || kind === 'expired')) return never;
  if (issues.length > 0) return { active: false, changesUnixMs: claims.nbf * 1000 };
  return { active: true, changesUnixMs: claims.exp > 0 ? (claims.exp + 1) * 1000 : Number.POSITIVE_INFINITY };
}
