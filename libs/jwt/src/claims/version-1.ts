import { integer, list, record, text } from '../shape.ts';
import { accountBody } from './account.ts';
import { activationBody } from './activation.ts';
import type { Claims, ClaimsKind } from './claims.ts';
import { exportType } from './common.ts';
import { operatorBody } from './operator.ts';
import { unlimited, userPermissionLimitFields } from './permissions.ts';
import { userBody } from './user.ts';

/** Version 1 has these beside the standard claims rather than in `nats`. */
const root = record({ tags: list(text), type: text, issuer_account: text });

const user = record(userPermissionLimitFields(unlimited));
const activation = record({ subject: text, type: exportType });
const account = record({
  signing_keys: list(text),
});
const jetStream = [
  'mem_storage',
  'disk_storage',
  'streams',
  'consumer',
  'max_ack_pending',
  'mem_max_stream_bytes',
  'disk_max_stream_bytes',
] as const;

/** The `nats` of a version 1 token as version 2 has it; undefined for a kind that version 1 did not have. */
export function readVersion1(kind: ClaimsKind, claims: unknown, nats: unknown): Claims['nats'] | undefined {
  const { tags, type, issuer_account } = root.read(claims, '');
  const generic = { tags, type, version: 1 };
  switch (kind) {
    case 'operator': {
      const read = operatorBody.read(nats, 'nats');
      return { ...read, assert_server_version: '', strict_signing_key_usage: false, ...generic };
    }
    case 'account': {
      const { imports, exports, limits, revocations } = accountBody.read(nats, 'nats');
      const signingKeys = account.read(nats, 'nats').signing_keys;
      for (const limit of jetStream) limits[limit] = integer.zero();
      return {
        ...accountBody.zero(),
        imports,
        exports,
        limits: { ...limits, max_bytes_required: false, tiered_limits: new Map() },
        signing_keys: new Map(signingKeys.map((key) => [key, undefined])),
        revocations,
        ...generic,
      };
    }
    case 'user': {
      const read = user.read(nats, 'nats');
      return {
        ...userBody.zero(),
        ...read,
        proxy_required: false,
        allowed_connection_types: [],
        issuer_account,
        ...generic,
      };
    }
    case 'activation': {
      const { subject, type } = activation.read(nats, 'nats');
      return { ...activationBody.zero(), subject, kind: type, issuer_account, ...generic };
    }
    default:
      return undefined;
  }
}
