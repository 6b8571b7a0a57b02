import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from './command-line.ts';
import { FLAGS } from './flags/flags.ts';
import { TLS_HELP, usage } from './flags/help.ts';
import { defaultJetStreamOptions } from './jetstream-options.ts';
import { testIo } from './testdata/io.ts';

/** Recorded from nats-server 2.15.2; of its help texts only that they came. */
interface Recorded {
  argv: string[];
  runs?: boolean;
  exitCode?: number;
  stdout?: string;
  stderr?: string;
}

const recorded: Recorded[] = JSON.parse(readFileSync(new URL('testdata/command-line.json', import.meta.url), 'utf8'));
const HELP: Record<string, string> = { usage: usage(), 'tls help': TLS_HELP };

const read = (argv: string[], files: Record<string, string> = {}) => readCommandLine(argv, testIo(files));

function run(argv: string[], files: Record<string, string> = {}) {
  const command = read(argv, files);
  if (command.kind !== 'run') throw new Error(`does not run: ${JSON.stringify(command)}`);
  return command.options;
}

describe('the command line is read as nats-server reads it', () => {
  it.each(recorded)('$argv', ({ argv, runs, exitCode, stdout, stderr }) => {
    const command = read(argv);
    if (runs) expect(command.kind).toBe('run');
    else expect(command).toEqual({ kind: 'print', exitCode, stdout: HELP[stdout ?? ''] ?? stdout, stderr });
  });
});

describe('flags', () => {
  it.each([
    ['-p 4333', { port: 4333 }],
    ['-port=4333', { port: 4333 }],
    ['--port 4333', { port: 4333 }],
    ['-p -1 -a 127.0.0.1 -m 8222', { port: -1, host: '127.0.0.1', monitoring: { host: '127.0.0.1', port: 8222 } }],
    ['-ms 8443', { monitoring: { httpsPort: 8443 } }],
    ['-n x -P y --ports_file_dir z', { serverName: 'x', pidFile: 'y', portsFileDir: 'z' }],
    ['--client_advertise a:1', { clientAdvertise: 'a:1' }],
    ['-D', { logging: { debug: true, trace: false } }],
    ['-V', { logging: { debug: false, trace: true } }],
    ['-DV', { logging: { debug: true, trace: true, traceVerbose: false } }],
    ['-VV', { logging: { debug: false, trace: true, traceVerbose: true } }],
    ['-DVV', { logging: { debug: true, trace: true, traceVerbose: true } }],
    [
      '-T=false --logtime_utc -s -r udp://x:1',
      { logging: { logtime: false, logtimeUtc: true, syslog: true, remoteSyslog: 'udp://x:1' } },
    ],
    [
      '-l f --log_size_limit 10 --max_traced_msg_len 20',
      { logging: { file: 'f', sizeLimitBytes: 10, maxTracedMsgLenBytes: 20 } },
    ],
    ['--user a --pass b', { authorization: { user: 'a', pass: 'b' } }],
    ['--auth t', { authorization: { token: 't' } }],
    [
      '--tls --tlscert cert.pem --tlskey key.pem',
      { tls: { certFile: 'cert.pem', keyFile: 'key.pem', verify: false }, authTimeoutMs: 3000 },
    ],
    [
      '--tlsverify --tlscert cert.pem --tlskey key.pem --tlscacert cert.pem',
      { tls: { caFile: 'cert.pem', verify: true } },
    ],
    ['-js=false', { warnings: [] }],
    ['-sd=x', { warnings: [] }],
    ['-js', { jetstream: { ...defaultJetStreamOptions(), storeDir: '' } }],
    ['-js -sd=x', { jetstream: { ...defaultJetStreamOptions(), storeDir: 'x' } }],
  ])('%s', (line, options) => {
    expect(run(line.split(' '))).toMatchObject(options);
  });

  it('win over the file', () => {
    const text = `port: 1, debug: true, http: 8222, server_name: a, authorization {user: u, pass: p}
      tls {cert_file: cert.pem, key_file: key.pem, timeout: 5 }`;
    const options = run(['-c', 'f.conf', '-p', '2', '-D=false', '-n', 'b', '--pass', 'q', '--tlsverify'], {
      'f.conf': text,
    });
    expect(options).toMatchObject({
      port: 2,
      serverName: 'b',
      monitoring: { port: 8222 },
      logging: { debug: false },
      authorization: { user: 'u', pass: 'q' },
      tls: { certFile: 'cert.pem', timeoutMs: 5000, verify: true },
    });
  });

  it('come before the checks of the whole', () => {
    expect(read(['-c', 'f.conf'], { 'f.conf': 'lame_duck_grace_period: "1h"' })).toEqual({
      kind: 'print',
      exitCode: 1,
      stdout: '',
      stderr: 'nats-server: lame duck grace period (1h0m0s) should be strictly lower than lame duck duration (2m0s)\n',
    });
  });

  it.each(['--cluster=nats://x:1', '--cluster_listen=x', '--routes=nats://x:1'])(
    '%s is an error: not supported yet',
    (argument) => {
      const command = read([argument]);
      expect(command).toMatchObject({
        kind: 'print',
        exitCode: 1,
        stderr: expect.stringMatching(/^nats-server: --\w+ is not supported yet\n$/),
      });
    },
  );

  it('are all in the help', () => {
    for (const name of FLAGS.flatMap((flag) => flag.names))
      expect(usage()).toMatch(new RegExp(`[ ,]--?${name}[ ,[\n]`));
  });
});

describe('signals', () => {
  const files = { 'x.pid': '123\n', 'bad.pid': 'abc\n' };
  it.each([
    ['stop', { signal: 'stop', target: { kind: 'only' } }],
    ['reload=', { signal: 'reload', target: { kind: 'only' } }],
    ['reload=42', { signal: 'reload', target: { kind: 'pid', pid: 42 } }],
    ['ldm=x.pid', { signal: 'ldm', target: { kind: 'pid', pid: 123 } }],
    ['quit=*', { signal: 'quit', target: { kind: 'prefix', prefix: '' } }],
    ['term=12*', { signal: 'term', target: { kind: 'prefix', prefix: '12' } }],
  ])('%s', (text, command) => {
    expect(read(['--signal', text], files)).toEqual({ kind: 'signal', ...command });
  });

  it.each([
    ['stop=abc', 'invalid pid: abc'],
    ['reload=nofile.pid', 'invalid pid: nofile.pid'],
    ['stop=bad.pid', 'invalid pid: abc'],
    ['foo=1', 'unknown signal "foo"'],
    ['=1', 'unknown signal ""'],
    ['QUIT', 'unknown signal "QUIT"'],
    ['stop=a*', 'invalid pid: a'],
    ['stop=?*', 'invalid pid: ?'],
    ['stop=[1', 'invalid pid: [1'],
    ['stop=1=2', 'invalid signal parameters: [2]'],
  ])('%s is an error', (text, error) => {
    const stderr = `nats-server: ${error}\n`;
    expect(read(['-sl', text], files)).toEqual({ kind: 'print', exitCode: 1, stdout: '', stderr });
  });
});

describe('--plan', () => {
  it.each([
    [['--plan', '-c', 'x.conf'], { target: { kind: 'only' }, argv: ['-c', 'x.conf'] }],
    [['-D', '-plan=12', '-c=x.conf'], { target: { kind: 'pid', pid: 12 }, argv: ['-D', '-c=x.conf'] }],
    [['--plan=good.pid'], { target: { kind: 'pid', pid: 42 }, argv: [] }],
  ])('%j', (argv, command) => {
    expect(read(argv, { 'good.pid': '42\n' })).toEqual({ kind: 'plan', ...command });
  });

  it.each(['abc', '12*'])('=%s is an error', (pid) => {
    const stderr = `nats-server: invalid pid: ${pid}\n`;
    expect(read([`--plan=${pid}`])).toEqual({ kind: 'print', exitCode: 1, stdout: '', stderr });
  });
});
