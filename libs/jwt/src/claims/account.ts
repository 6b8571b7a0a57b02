import { JwtError } from '../errors.ts';
import { always, flag, integer, list, map, type Of, optional, record, type Shape, text } from '../shape.ts';
import { type ClaimsData, exportType, genericFields, infoFields } from './common.ts';
import { natsLimitFields, permissions } from './permissions.ts';
import { signingKeys } from './signing-keys.ts';

/** By public key, `*` for all: what was issued up to then (seconds since 1970) is no longer valid. */
const revocationList = map(integer);
export type RevocationList = Of<typeof revocationList>;

/** Percent; 0 is `headers`: those that ask for it. */
const sampling: Shape<number> = {
  read: (value, path) => {
    if (typeof value === 'string' && value.toLowerCase() === 'headers') return 0;
    return integer.read(value, path);
  },
  write: (value) => (value === 0 ? 'headers' : value),
  zero: () => 0,
};

const exportShape = record({
  name: text,
  subject: text,
  type: exportType,
  /** Imports need an activation. */
  token_req: flag,
  revocations: revocationList,
  response_type: text,
  /** Nanoseconds. */
  response_threshold: integer,
  service_latency: optional(record({ sampling, results: always(text) })),
  account_token_position: integer,
  advertise: flag,
  allow_trace: flag,
  ...infoFields,
});
export type Export = Of<typeof exportShape>;

const importShape = record({
  name: text,
  subject: text,
  account: text,
  /** An activation. */
  token: text,
  /** Deprecated. */
  to: text,
  /** May name the subject's wildcards `$1`, `$2`. */
  local_subject: text,
  type: exportType,
  share: flag,
  allow_trace: flag,
});
export type Import = Of<typeof importShape>;

const accountLimitFields = {
  imports: integer,
  exports: integer,
  wildcards: flag,
  disallow_bearer: flag,
  conn: integer,
  leaf: integer,
};

const jetStreamLimitFields = {
  mem_storage: integer,
  disk_storage: integer,
  streams: integer,
  consumer: integer,
  max_ack_pending: integer,
  mem_max_stream_bytes: integer,
  disk_max_stream_bytes: integer,
  max_bytes_required: flag,
};

const limits = record({
  ...natsLimitFields(0),
  ...accountLimitFields,
  ...jetStreamLimitFields,
  tiered_limits: map(record(jetStreamLimitFields)),
});
export type AccountLimits = Of<typeof limits>;

const weightedMapping = record({ subject: always(text), weight: integer, cluster: text });
export type WeightedMapping = Of<typeof weightedMapping>;

const trace = record({ dest: text, sampling: integer });

const clusterTraffic: Shape<string> = {
  ...text,
  read: (value, path) => {
    const read = text.read(value, path);
    if (read === '' || read === 'system' || read === 'owner') return read;
    throw new JwtError('malformed', `${path}: unknown cluster traffic option`);
  },
};

export const accountBody = record({
  imports: list(importShape),
  exports: list(exportShape),
  limits,
  signing_keys: signingKeys,
  revocations: revocationList,
  default_permissions: permissions,
  mappings: map(list(weightedMapping)),
  /** Auth callout. */
  authorization: record({ auth_users: list(text), allowed_accounts: list(text), xkey: text }),
  trace: optional(trace),
  cluster_traffic: clusterTraffic,
  ...infoFields,
  ...genericFields,
});

export interface AccountClaims extends ClaimsData {
  kind: 'account';
  nats: Of<typeof accountBody>;
}
