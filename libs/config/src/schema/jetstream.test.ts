import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jetStreamAccounts } from '../jetstream-accounts.ts';
import { loadConfig, testConfig } from '../load.ts';
import { expectLike } from '../testdata/expect-like.ts';
import { testIo } from '../testdata/io.ts';

/** Recorded from nats-server 2.15.2: the lines of its complaints, sorted; none where it is content. */
interface Recorded {
  conf: string;
  test: string[];
  start: string[];
  warnings?: string[];
}

const recorded: Recorded[] = JSON.parse(readFileSync(new URL('../testdata/jetstream.json', import.meta.url), 'utf8'));

/** What only the machine can tell: `jetstream-start.ts`. */
const isOfTheMachine = (line: string): boolean => line.startsWith('[FTL] ');
const TEMPORARY = 'Temporary storage directory used, data could be lost on system reboot';

const load = (conf: string) => loadConfig('f.conf', testIo({ 'f.conf': `${conf}\n` }));

describe('the keys of JetStream mean what they mean to nats-server', () => {
  it.each(recorded)('$conf', ({ conf, test, start, warnings }) => {
    const io = testIo({ 'f.conf': `${conf}\n` });
    expectLike(() => testConfig('f.conf', io), test);
    const faults = start.filter((line) => !isOfTheMachine(line));
    expectLike(() => loadConfig('f.conf', io), faults);
    const expected = warnings?.filter((warning) => warning !== TEMPORARY);
    if (faults.length === 0) expect(loadConfig('f.conf', io).warnings).toEqual(expected ?? []);
  });
});

it('reads what encryption at rest needs', () => {
  const read = (block: string): unknown => load(`jetstream { ${block} }`).jetstream?.encryption;
  expect(read('key: s3cret, cipher: AES, prev_key: older')).toEqual({
    key: 's3cret',
    cipher: 'aes',
    previousKey: 'older',
  });
  expect(read('ek: s3cret')).toEqual({ key: 's3cret', cipher: 'chacha' });
  expect(read('key: s3cret, cipher: ChachaPoly')).toEqual({ key: 's3cret', cipher: 'chacha' });
  expect(read('key: "", prev_key: older')).toBeUndefined();
});

it('reads the whole block', () => {
  const { jetstream } = load(`jetstream {
    store_dir: s, max_mem: 1G, max_file: "2T", domain: d, sync_interval: "5s", strict: false, unique_tag: " AZ "
    extension_hint: will_extend, max_outstanding_catchup: 1MB, max_buffered_size: 2MB, max_buffered_msgs: 3
    request_queue_limit: 4, info_queue_limit: 5
    limits { max_request_batch: 6, max_ack_pending: 7, max_ha_assets: 8, duplicate_window: "9s"
             batch { max_inflight_per_stream: 10, max_inflight_total: 11, max_msgs: 12, timeout: "13s" } }
  }`);
  expect(jetstream).toEqual({
    storeDir: 's',
    maxMemoryBytes: 1e9,
    maxFileBytes: 2 * 2 ** 40,
    domain: 'd',
    syncIntervalMs: 5000,
    strict: false,
    uniqueTag: 'az',
    extensionHint: 'will_extend',
    maxOutstandingCatchupBytes: 2 ** 20,
    maxBufferedBytes: 2 * 2 ** 20,
    maxBufferedMessages: 3,
    requestQueueMax: 4,
    infoQueueMax: 5,
    limits: {
      maxRequestBatch: 6,
      maxAckPending: 7,
      maxHaAssets: 8,
      maxDuplicateWindowMs: 9000,
      batch: { maxInflightPerStream: 10, maxInflightTotal: 11, maxMessages: 12, timeoutMs: 13_000 },
    },
  });
});

it.each([
  ['jetstream: true', 0],
  ['jetstream {sync_interval: always}', 0],
  ['jetstream {sync_interval: "2m"}', 120_000],
  ['jetstream {sync_interval: 10}', 10_000],
  ['jetstream {sync_interval: "0s"}', 120_000],
])('%s: what was acknowledged may be without fsync for %d ms', (conf, ms) => {
  expect(load(conf).jetstream?.syncIntervalMs).toBe(ms);
});

it.each([
  ['jetstream: true', ['$G']],
  ['debug: true', []],
  ['jetstream: false', []],
  ['jetstream {enabled: false}', []],
  ['jetstream: true\naccounts {$SYS {}}', ['$G']],
  ['jetstream: true\nsystem_account: S\naccounts {S {}}', ['$G']],
  ['jetstream: true\naccounts {A {}}', []],
  ['jetstream: true\naccounts {A {jetstream: enabled}, B {}, C {jetstream {max_mem: 1}}}', ['A', 'C']],
  ['accounts {A {jetstream: enabled}}', []],
])('%s: it is there for %j', (conf, names) => {
  expect([...jetStreamAccounts(load(conf)).keys()]).toEqual(names);
});

it("reads an account's limits", () => {
  const conf = `jetstream: true
accounts { A { jetstream { max_mem: 1, max_file: 2, max_streams: 3, max_consumers: 4, max_ack_pending: 5
  mem_max_stream_bytes: 6, disk_max_stream_bytes: 7, max_bytes_required: true } } }`;
  expect(jetStreamAccounts(load(conf)).get('A')).toEqual({
    '': {
      memoryBytesMax: 1,
      fileBytesMax: 2,
      streamsMax: 3,
      consumersMax: 4,
      ackPendingMax: 5,
      memoryStreamBytesMax: 6,
      fileStreamBytesMax: 7,
      isMaxBytesRequired: true,
    },
  });
});

// Recorded: what an account without JetStream asks is asked of its default domain, on a server with JetStream only.
it.each([
  ['jetstream: true\ndefault_js_domain {A: hub}\naccounts {A {}}', ['$JS.hub.API.>']],
  ['default_js_domain {A: hub}\naccounts {A {}}', []],
  ['jetstream: true\ndefault_js_domain {A: ""}\naccounts {A {}}', []],
])('%s', (conf, subjects) => {
  const [{ definition }] = load(conf).accounts;
  expect(definition.mappings.flatMap(({ destinations }) => destinations.map(({ subject }) => subject))).toEqual(
    subjects,
  );
});
