import type { Asked } from '../gather.ts';
import { requestInfo } from './request-info.ts';
import type { SystemRequest } from './system-request.ts';

const ANSWER_MS = 1000;
const NANOS_PER_MS = 1e6;

interface Rule {
  allow?: string[];
  deny?: string[];
}

interface Client {
  user: string;
  /** Absent: of a gateway of an earlier release. */
  userName?: string;
  account: string;
  /** Absent: of a gateway of an earlier release. */
  accountTag?: string;
  permissions: { publish?: Rule; subscribe?: Rule; responses?: { max: number; expiresMs: number } } | null;
  expiresUnixMs: number;
}

/** What the requester is and may do, as nats-server's `$SYS.REQ.USER.INFO` says it. */
export async function userInfo(member: Asked, request: SystemRequest): Promise<object> {
  const info = requestInfo(request.headers);
  const client = await describe(member, request.gateway, info.id);
  // What the importing gateway says counts; the client is looked up for the rest.
  const account = info.acc ?? client?.account ?? '';
  const isOwn = client !== null && client.account === account;
  return {
    user: info.user ?? (isOwn ? client.user : ''),
    account,
    ...(account !== '' && { account_name: (isOwn && client.accountTag) || account }),
    ...(isOwn && client.userName && { user_name: client.userName }),
    ...(isOwn && client.permissions !== null && { permissions: permissionsOf(client.permissions) }),
    ...(isOwn && client.expiresUnixMs > 0 && { expires: leftNanos(client.expiresUnixMs) }),
  };
}

async function describe(member: Asked, gateway: number, cid: number | undefined): Promise<Client | null> {
  if (cid === undefined || !member.peers.has(gateway)) return null;
  try {
    const answer = await member.request(gateway, 'client', JSON.stringify({ cid }), ANSWER_MS);
    return (JSON.parse(answer) as { client: Client | null }).client;
  } catch {
    return null;
  }
}

function permissionsOf({ publish, subscribe, responses }: NonNullable<Client['permissions']>): object {
  return {
    ...(publish !== undefined && { publish }),
    ...(subscribe !== undefined && { subscribe }),
    ...(responses !== undefined && {
      responses: { max: responses.max, ttl: Math.round(responses.expiresMs * NANOS_PER_MS) },
    }),
  };
}

function leftNanos(expiresUnixMs: number): number {
  return Math.max(0, expiresUnixMs - Date.now()) * NANOS_PER_MS;
}
