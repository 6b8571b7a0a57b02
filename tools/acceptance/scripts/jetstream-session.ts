/**
 * A session with the `nats` command against a node with JetStream, written down as docs/jetstream-session.md:
 * `node tools/acceptance/scripts/jetstream-session.ts PATH_TO_NATS [SERVER FILE]`. Fails when a command does. With another
 * server and a file to write to, what that one says can be held against it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '@skein/testing';

const inRepository = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const [nats = 'nats', binary = inRepository('tools/nats-server'), file = inRepository('docs/jetstream-session.md')] =
  process.argv.slice(2);
/** More of an answer says nothing new. */
const LINES_MAX = 60;
const COMMAND_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'session-'));
const conf = `jetstream { store_dir: "${folder}/streams", max_mem: 1GB, max_file: 10GB }
http: "127.0.0.1:-1"
accounts {
  APP { jetstream: enabled, users: [{ user: app, password: app }] }
  SYS { users: [{ user: admin, password: admin }] }
}
no_auth_user: app
system_account: SYS
`;

const sections: [title: string, commands: string[], remark?: string][] = [
  [
    'Streams',
    [
      'nats stream add ORDERS --subjects "orders.>" --storage file --retention limits --max-msgs 100000 --max-age 24h --defaults',
      'nats pub orders.new "order {{Count}}" --count 20 --jetstream --quiet',
      'nats stream ls',
      'nats stream info ORDERS',
      'nats stream subjects ORDERS',
      'nats stream get ORDERS 3',
      'nats stream get ORDERS --last-for orders.new',
      'nats stream edit ORDERS --max-msgs 50000 --force',
      'nats stream rmm ORDERS 2 --force',
      'nats stream report',
      'nats stream find --subject orders.new',
      'nats stream state ORDERS',
      'nats stream gaps ORDERS --force',
    ],
  ],
  [
    'Consumers',
    [
      'nats consumer add ORDERS SHIPPING --filter orders.new --ack explicit --deliver all --pull --wait 5s --max-deliver 3 --defaults',
      'nats consumer next ORDERS SHIPPING --count 3',
      'nats consumer info ORDERS SHIPPING',
      'nats consumer pause ORDERS SHIPPING 1h --force',
      'nats consumer resume ORDERS SHIPPING --force',
      'nats consumer ls ORDERS',
      'nats consumer report ORDERS',
      'nats consumer find ORDERS --pull',
      'nats consumer rm ORDERS SHIPPING --force',
    ],
  ],
  [
    'Copies',
    [
      'nats stream add COPY --mirror ORDERS --defaults',
      'nats stream add ALL --source ORDERS --defaults',
      'nats stream info COPY',
      'nats stream backup ORDERS BACKUP',
      'nats stream rm ORDERS --force',
      'nats stream restore BACKUP',
      'nats stream purge ALL --force',
    ],
  ],
  [
    'Key-value',
    [
      'nats kv add settings --history 5 --ttl 0s',
      'nats kv put settings color blue',
      'nats kv put settings color green',
      'nats kv create settings size 7',
      'nats kv get settings color --raw',
      'nats kv history settings color',
      'nats kv ls settings',
      'nats kv del settings size --force',
      'nats kv info settings',
      'nats kv ls',
    ],
  ],
  [
    'Objects',
    [
      'nats object add files',
      'nats object put files BACKUP/backup.json --name backup.json --force --no-progress',
      'nats object ls files',
      'nats object info files backup.json',
      'nats object get files backup.json --output copy.json --force --no-progress',
      'nats object del files backup.json --force',
    ],
  ],
  [
    'The account, and the server',
    [
      'nats account info',
      'nats account report statistics',
      'nats account backup ACCOUNT --force',
      'nats --user admin --password admin server ls',
      'nats --user admin --password admin server report jetstream',
      'nats --user admin --password admin server report accounts',
      'nats server check jetstream',
      'nats server check stream --stream ORDERS',
      'nats server check kv --bucket settings --key color',
      'nats server check message --stream ORDERS --subject orders.new',
      'nats --user admin --password admin server request jetstream',
    ],
  ],
  [
    'A look at the speed',
    [
      'nats bench js pub async orders.bench --stream ORDERS --msgs 20000 --no-progress',
      'nats bench js ordered --stream ORDERS --filter orders.bench --msgs 20000 --no-progress',
      'nats bench js consume --stream ORDERS --msgs 20000 --no-progress',
      'nats bench kv put --msgs 2000 --no-progress',
      'nats bench kv get --msgs 2000 --no-progress',
    ],
    'On two cores that did other work, too: what counts stands in [benchmarks](benchmarks.md).',
  ],
];

const server = await startServer(binary, { conf, cwd: folder });
const failed: string[] = [];
const parts: string[] = [
  '# A session with JetStream\n',
  'What the `nats` command says to a node of Skein, from the first stream to a bench. Made by running',
  '`node tools/acceptance/scripts/jetstream-session.ts PATH_TO_NATS`; long answers are cut short.\n',
];
try {
  for (const [title, commands, remark] of sections) {
    parts.push(`## ${title}\n`);
    if (remark !== undefined) parts.push(`${remark}\n`);
    for (const command of commands) parts.push('```console', `$ ${command}`, run(command), '```\n');
  }
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
writeFileSync(file, `${parts.join('\n').trimEnd()}\n`);
for (const one of failed) console.error(one);
process.exitCode = failed.length > 0 ? 1 : 0;

function run(command: string): string {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '').slice(1);
  // One pipe for both outputs: their lines stay in order.
  const { status, stdout } = spawnSync('sh', ['-c', 'exec "$0" "$@" 2>&1', nats, ...words], {
    cwd: folder,
    encoding: 'utf8',
    timeout: COMMAND_MS,
    env: { HOME: folder, PATH: process.env.PATH, NATS_URL: `nats://127.0.0.1:${server.port}`, NO_COLOR: '1' },
  });
  const said = stdout.trim();
  if (status !== 0) failed.push(`${command}: ${status}\n${said}`);
  const lines = said.split('\n').map((line) => line.trimEnd());
  const shown = lines.length > LINES_MAX ? [...lines.slice(0, LINES_MAX), '…'] : lines;
  return shown.join('\n').replaceAll(folder, '/home/me').replaceAll(String(server.port), '4222');
}
