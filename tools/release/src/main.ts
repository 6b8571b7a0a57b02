import { execFileSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { embedConsoleFiles } from './console-files.ts';
import { copyNativeModules } from './native-modules.ts';

/** Bundles each process, and the command `skein`, into one file under `dist/bundle`, then starts every bundle once to see that it loads. */

const root = join(import.meta.dirname, '../../..');
const outdir = join(root, 'dist/bundle');
const programs = [
  ...[
    'apps/gateway',
    'apps/router',
    'apps/auth-resolver',
    'apps/monitor',
    'apps/jetstream-store',
    'tools/supervisor',
  ].map((path) => ({
    in: join(root, path, 'src/main.ts'),
    out: basename(path),
  })),
  { in: join(root, 'tools/supervisor/src/skein.ts'), out: 'skein' },
];

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await build({
  entryPoints: programs,
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'esm',
  sourcemap: true,
  // The CommonJS packages inside call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  // Optional accelerators of ws, used when present.
  external: ['bufferutil', 'utf-8-validate'],
  plugins: [embedConsoleFiles(), copyNativeModules(outdir)],
  logLevel: 'warning',
});

for (const { out } of programs) {
  const bundle = join(outdir, `${out}.mjs`);
  const version = execFileSync(process.execPath, [bundle, '--version'], { encoding: 'utf8', cwd: dirname(outdir) });
  console.log(`${basename(bundle)}: ${version.trim()}`);
}
