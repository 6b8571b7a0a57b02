import { createHash } from 'node:crypto';
import type { ConfigIo } from '../load.ts';

/** Files that exist in the tests, besides the one under test; the recorded answers were given with the same ones. */
const FILES: Record<string, string> = {
  'cert.pem': '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
  'key.pem': '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n',
  'inc.conf': 'port: 4300\n',
  'meta.conf': 'inc: x\n',
  'bad.conf': 'a b c\n',
  'badkey.conf': 'foo: 1\nbar: 2\n',
  'sub/a.conf': 'port: 4301\ninclude b.conf\n',
  'sub/b.conf': 'debug: true\n',
  'sub/bad.conf': 'port: 1\n\nfoo: 1\n',
  'usesx.conf': 'port: $X\n',
  'definesx.conf': 'X: 9\n',
  'ok.conf': 'port: -1\n',
  'empty.conf': '',
  'warn.conf': 'ping_interval: 30\nport: -1',
  'warn2.conf': 'ping_interval: 30\nfoo: 1\nport: -1',
};

const ENV: Record<string, string> = {
  PORTENV: '4555',
  STRENV: 'abc',
  QENV: '"q r"',
  MAPENV: '{a:b}',
  BOOLENV: 'true',
  EMPTYENV: '',
  SPENV: 'a b',
  MLENV: 'a\nb: c',
  SELFENV: '$SELFENV',
  BADENV: '"a',
  HASHENV: 'a#b',
};

export function testIo(files: Record<string, string> = {}): ConfigIo {
  const all: Record<string, string> = { ...FILES, ...files };
  return {
    readFile(path) {
      if (path === '.') throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
      const text = Object.hasOwn(all, path) ? all[path] : undefined;
      if (text === undefined) throw Object.assign(new Error('not there'), { code: 'ENOENT' });
      return text;
    },
    env: ENV,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  };
}

/** What `run` gives, or the message it fails with; any other exception than ConfigError fails the test. */
export function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if ((error as Error).name === 'ConfigError') return (error as Error).message;
    throw error;
  }
}
