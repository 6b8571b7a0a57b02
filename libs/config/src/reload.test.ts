import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { planReload } from './reload.ts';
import { testIo } from './testdata/io.ts';

/** Recorded from nats-server 2.15.2: its refusal, or what it logged after `Reloaded: `. */
interface Recorded {
  old: string;
  new: string;
  refusal?: string;
  reloaded?: string[];
}

const recorded: Recorded[] = JSON.parse(readFileSync(new URL('testdata/reload.json', import.meta.url), 'utf8'));

const load = (text: string) => loadConfig('f.conf', testIo({ 'f.conf': text }));
const plan = (old: string, next: string) => planReload(load(old), load(next));

/** What nats-server logs on every reload, changed or not; it counts `mappings` among the accounts. */
const ALWAYS = ['authorization users', 'websocket tls', 'accounts', 'mappings'];

describe('a reload does what it does in nats-server', () => {
  it.each(recorded)('$old → $new', (row) => {
    const { changes, refusal } = plan(row.old, row.new);
    if (row.refusal !== undefined) expect(refusal?.startsWith(row.refusal), refusal).toBe(true);
    else {
      expect(refusal).toBeUndefined();
      const reasons = changes.map((change) => change.reason).filter((reason) => !ALWAYS.includes(reason));
      expect(reasons.sort()).toEqual(row.reloaded);
    }
  });
});

it('one refused change refuses the reload, and the plan still names all', () => {
  expect(plan('', 'max_payload: 10, max_subs: 3, debug: true')).toEqual({
    changes: [
      { key: 'max_subscriptions', kind: 'refused', reason: 'config reload not supported for MaxSubs: old=0, new=3' },
      { key: 'debug', kind: 'hot', reason: 'debug = true' },
      { key: 'max_payload', kind: 'hot', reason: 'max_payload = 10' },
    ],
    refusal: 'config reload not supported for MaxSubs: old=0, new=3',
  });
});

it('users are reloaded, and no secret stands in the plan', () => {
  const old = 'authorization {users: [{user: a, pass: s3cret}]}';
  const next = 'authorization {users: [{user: a, pass: s4cret}]}';
  expect(plan(old, next).changes).toEqual([{ key: 'authorization.users', kind: 'hot', reason: 'authorization users' }]);
});

it('what /metrics shows is reloaded', () => {
  const [change] = plan('', 'skein {metrics {connections: true}}').changes;
  expect(change).toMatchObject({ key: 'skein.metrics', kind: 'hot' });
});

it('the token of the monitoring pages is reloaded, and does not stand in the plan', () => {
  const changes = plan('', 'skein {monitoring {token: s3cret}}').changes;
  expect(changes).toEqual([{ key: 'skein.monitoring', kind: 'hot', reason: 'monitoring access' }]);
});

it.each([
  ['skein {gateways: 2}', 'config reload not supported for skein.gateways: old=1, new=2'],
  ['http: 127.0.0.1:8222', 'config reload not supported for HTTPPort: old=0, new=8222'],
])('%s is refused', (text, refusal) => {
  expect(plan('', text).refusal).toBe(refusal);
});

it('every option is compared: one that is changed in any way is in the plan', () => {
  const full = load(
    `server_name: a, server_tags: t, server_metadata {a: b}, client_advertise: "a:1", no_auth_user: u, pid_file: p,
     ports_file_dir: d, log_file: l, remote_syslog: "udp://x:1", max_sub_tokens: 4, max_subs: 5
     jetstream: true, default_js_domain {$G: hub}
     authorization {users: [{user: u, pass: p}], default_permissions: {publish: a}}
     tls {cert_file: cert.pem, key_file: key.pem}, websocket {port: 1, no_tls: true}`,
  );
  const ignored = ['configDigest', 'warnings', 'disableShortFirstPing'];
  for (const key of Object.keys(full) as (keyof typeof full)[]) {
    if (ignored.includes(key)) continue;
    const changed = { ...full, [key]: mutate(full[key]) };
    expect(planReload(full, changed).changes.length, key).toBeGreaterThan(0);
  }
});

function mutate(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}x`;
  if (Array.isArray(value)) return value.length > 0 ? value.slice(1) : ['x'];
  return Object.fromEntries(Object.entries(value as object).map(([key, entry]) => [key, mutate(entry)]));
}
