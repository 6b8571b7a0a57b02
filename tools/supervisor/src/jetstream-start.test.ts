import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newDefinition, unlimitedJetStream } from '@skein/accounts';
import { defaultOptions, type JetStreamOptions } from '@skein/config';
import { defaultJetStreamOptions } from '@skein/config/jetstream';
import { createLogger } from '@skein/log';
import { afterAll, expect, it } from 'vitest';
import { startJetStream } from './jetstream-start.ts';

const folder = mkdtempSync(join(tmpdir(), 'js-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

function start(jetstream: Partial<JetStreamOptions>, accounts: Record<string, number> = {}, systemAccount = 'SYS') {
  const lines: string[] = [];
  const sink = { write: (text: string) => lines.push(text), dropped: 0, reopen: () => false, close: () => {} };
  const log = createLogger({ sink, pid: 1, process: 'supervisor', now: () => 0 });
  const options = {
    ...defaultOptions(),
    systemAccount,
    jetstream: { ...defaultJetStreamOptions(), storeDir: join(folder, 's'), ...jetstream },
    accounts: Object.entries(accounts).map(([name, fileBytesMax]) => ({
      definition: { ...newDefinition(name), jetstream: { '': { ...unlimitedJetStream(), fileBytesMax } } },
      users: [],
    })),
  };
  const started = startJetStream(options, log, () => 5);
  started.done();
  return { options: started.options, lines: lines.join('').replaceAll(/^.*\[(...)\] /gm, '$1 ') };
}

// Recorded: what nats-server 2.15.2 says.
it('says what it starts with', () => {
  const { lines } = start({ maxMemoryBytes: 1e9, maxFileBytes: 2 * 2 ** 40, domain: 'foo' });
  expect(lines).toBe(`INF Starting JetStream
INF ---------------- JETSTREAM ----------------
INF   Strict:          true
INF   Max Memory:      953.67 MB
INF   Max Storage:     2.00 TB
INF   Store Directory: "${folder}/s/jetstream"
INF   Domain:          foo
INF   API Level:       5
INF -------------------------------------------
INF Took 0s to start JetStream
`);
});

it('makes the folder, for nobody else to see, and finds sizes for what was left open', () => {
  const { options } = start({ storeDir: join(folder, 'a/b') });
  expect(statSync(join(folder, 'a/b/jetstream')).mode & 0o777).toBe(0o700);
  expect(options.jetstream?.maxMemoryBytes).toBeGreaterThan(0);
  expect(options.jetstream?.maxFileBytes).toBeGreaterThan(0);
});

it('no folder, no start', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const notFolder = "Can't start JetStream: storage directory is not a directory";
  expect(() => start({ storeDir: file })).toThrow(notFolder);
  expect(() => start({ storeDir: '/proc/none' })).toThrow("Can't start JetStream: could not create storage directory");
});

it('what only nats-server on Windows can do is refused as elsewhere', () => {
  const encryption = { key: 'a', cipher: 'aes' } as const;
  expect(() => start({ tpm: true })).toThrow(
    "Can't start JetStream: TPM functionality is not supported on this platform",
  );
  expect(() => start({ tpm: true, encryption })).toThrow(
    "Can't start JetStream: JetStream encryption key may not be used with TPM options",
  );
});

it('accounts are not promised more than there is', () => {
  start({ maxFileBytes: 100 }, { A: 60, B: 40, C: -1 });
  expect(() => start({ maxFileBytes: 100 }, { A: 60, B: 41 })).toThrow(
    "Can't start JetStream: Error enabling jetstream on configured accounts: insufficient storage resources available (10047)",
  );
});

it('the system account has none', () => {
  expect(() => start({}, { A: 1 }, 'A')).toThrow('Not allowed to enable JetStream on the system account');
});
