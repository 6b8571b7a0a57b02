import type { DescribedConnection } from '@skein/bus/questions';
import { readUserToken } from '@skein/events';
import { formatDuration } from './duration.ts';
import { isoTime } from './endpoints/endpoint.ts';
import { formatUptime } from './uptime.ts';

/** One connection, as its gateway describes it, and what the monitor knows beside. */
export interface GatewayConnection extends DescribedConnection {
  /** The instance of its gateway. */
  gateway?: number;
  /** Its gateway does not answer: how long ago this was so. */
  staleMs?: number;
}

/** In nats-server's fields, in its order; empty texts are left out. `auth`: with user and account. */
export function connectionInfo(connection: GatewayConnection, nowUnixMs: number, auth: boolean) {
  const { name, lang, version, user, account, rttMs } = connection;
  const { tlsVersion, tlsCipher, tlsCertificates, tlsFirst } = connection;
  const { subscriptionsList: list, subscriptionsDetail: detail, stopUnixMs, reason, staleMs } = connection;
  const isOpen = stopUnixMs === undefined;
  const untilMs = stopUnixMs ?? nowUnixMs;
  return {
    cid: connection.cid,
    kind: connection.kind,
    type: connection.type,
    ip: connection.ip,
    port: connection.port,
    start: isoTime(connection.startUnixMs),
    last_activity: isoTime(connection.lastActivityUnixMs),
    ...(stopUnixMs !== undefined && { stop: isoTime(stopUnixMs), reason }),
    // Of a closed one that never told, nought.
    ...((rttMs > 0 || !isOpen) && { rtt: formatDuration(rttMs) }),
    uptime: formatUptime(untilMs - connection.startUnixMs),
    idle: formatUptime(untilMs - connection.lastActivityUnixMs),
    pending_bytes: connection.pendingBytes,
    in_msgs: connection.inMsgs,
    out_msgs: connection.outMsgs,
    in_bytes: connection.inBytes,
    out_bytes: connection.outBytes,
    subscriptions: connection.subscriptions,
    ...(name && { name }),
    ...(lang && { lang }),
    ...(version && { version }),
    ...(tlsVersion && { tls_version: tlsVersion }),
    ...(tlsCipher && { tls_cipher_suite: tlsCipher }),
    ...(auth && tlsCertificates !== undefined && { tls_peer_certs: tlsCertificates.map(certificateInfo) }),
    ...(tlsFirst && { tls_first: true }),
    ...(auth && user && { authorized_user: user }),
    // FACTS: left out for the global account
    ...(auth && account && account !== '$G' && { account }),
    ...(list !== undefined && list.length > 0 && { subscriptions_list: list }),
    ...(detail !== undefined &&
      detail.length > 0 && { subscriptions_list_detail: detail.map((one) => subscriptionInfo(one, connection)) }),
    ...(auth && isOpen && account && trustInfo(connection)),
    ...(staleMs !== undefined && { stale_ms: Math.round(staleMs) }),
  };
}

/** Who vouches for an open connection. */
function trustInfo({ user, account, accountTag, jwt }: GatewayConnection) {
  const token = jwt === undefined ? undefined : readUserToken(jwt);
  const tags = token?.tags ?? [];
  return {
    ...(token !== undefined && { jwt }),
    // Of those who come with a key alone it is the account.
    ...(isUserKey(user) && { issuer_key: token?.issuer ?? account }),
    name_tag: accountTag,
    ...(tags.length > 0 && { tags }),
  };
}

type Detail = NonNullable<GatewayConnection['subscriptionsDetail']>[number];

function subscriptionInfo(
  { subject, queue, sid, msgs, max }: Detail,
  { cid, account, accountTag, stopUnixMs }: GatewayConnection,
) {
  return {
    // Of an open connection it is the same for all.
    ...(stopUnixMs !== undefined && { account, account_tag: accountTag }),
    subject,
    ...(queue && { qgroup: queue }),
    sid,
    msgs,
    ...(max > 0 && { max }),
    cid,
  };
}

const certificateInfo = (one: NonNullable<GatewayConnection['tlsCertificates']>[number]) => ({
  subject: one.subject,
  spki_sha256: one.publicKeyDigest,
  cert_sha256: one.digest,
});

const isUserKey = (user: string): boolean => /^U[A-Z2-7]{55}$/.test(user);
