/** What all that a node says of itself in the system account begins with, but for number and time. */
export interface ServerFacts {
  serverId: string;
  serverName: string;
  version: string;
  /** Of the client listener, as configured. */
  host: string;
  tags: readonly string[];
  metadata: Readonly<Record<string, string>>;
}

/** `server` of events and answers, in nats-server's fields. */
export interface ServerInfo {
  name: string;
  host: string;
  id: string;
  ver: string;
  tags?: readonly string[];
  metadata?: Readonly<Record<string, string>>;
  feature_flags: Record<string, boolean>;
  jetstream: boolean;
  flags: number;
  /** Rises with each event or answer of the process that says it. */
  seq: number;
  time: string;
}

/** In nats-server's order. */
export function serverInfo(facts: ServerFacts, seq: number, nowUnixMs: number): ServerInfo {
  const { tags, metadata } = facts;
  return {
    name: facts.serverName,
    host: facts.host,
    id: facts.serverId,
    ver: facts.version,
    ...(tags.length > 0 && { tags }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    feature_flags: {},
    jetstream: false,
    flags: 0,
    seq,
    time: new Date(nowUnixMs).toISOString(),
  };
}
