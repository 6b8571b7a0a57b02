/** What all that a node says of itself in the system account begins with, but for number and time. */
export interface ServerFacts {
  serverId: string;
  serverName: string;
  version: string;
  /** Of the client listener, as configured. */
  host: string;
  tags: readonly string[];
  metadata: Readonly<Record<string, string>>;
  /** Absent: there is no JetStream. */
  jetstream?: { domain?: string };
}

/** What nats-server 2.15 lets be chosen, and how it is here. */
export const FEATURE_FLAGS: Readonly<Record<string, boolean>> = {
  js_ack_fc_v2: false,
  js_api_reply_v2: false,
  js_raft_delete_range: true,
  js_snapshot_sources: false,
};
/** What a nats-server with JetStream can do: JetStream itself, snapshots in binary form, Raft groups in accounts. */
const JETSTREAM_FLAGS = 7;

/** `server` of events and answers, in nats-server's fields. */
export interface ServerInfo {
  name: string;
  host: string;
  id: string;
  domain?: string;
  ver: string;
  tags?: readonly string[];
  metadata?: Readonly<Record<string, string>>;
  feature_flags: Readonly<Record<string, boolean>>;
  jetstream: boolean;
  flags: number;
  /** Rises with each event or answer of the process that says it. */
  seq: number;
  time: string;
}

/** In nats-server's order. */
export function serverInfo(facts: ServerFacts, seq: number, nowUnixMs: number): ServerInfo {
  const { tags, metadata, jetstream } = facts;
  return {
    name: facts.serverName,
    host: facts.host,
    id: facts.serverId,
    ...(jetstream?.domain !== undefined && { domain: jetstream.domain }),
    ver: facts.version,
    ...(tags.length > 0 && { tags }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    feature_flags: FEATURE_FLAGS,
    jetstream: jetstream !== undefined,
    flags: jetstream === undefined ? 0 : JETSTREAM_FLAGS,
    seq,
    time: new Date(nowUnixMs).toISOString(),
  };
}
