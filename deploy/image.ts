import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';

/** Lays out what the image holds, in its build stage, which may have no shell. */

if (!process.env.PREBUILT) {
  // The image's own Node is the one that counts here, and no other package needs its install script.
  execFileSync('npm', ['ci', '--ignore-scripts'], { stdio: 'inherit' });
  execFileSync(process.execPath, ['tools/release/src/main.ts'], { stdio: 'inherit' });
}

cpSync('dist/bundle', 'dist/image/opt/skein', { recursive: true });
for (const script of ['pause.ts', 'secrets.ts']) cpSync(`deploy/${script}`, `dist/image/opt/skein/${script}`);

for (const folder of [
  'run/skein',
  'data',
  ...['router', 'gateway', 'auth-resolver', 'monitor', 'jetstream-store'].map((name) => `secrets/${name}`),
]) {
  mkdirSync(`dist/image/state/${folder}`, { recursive: true, mode: 0o700 });
}
