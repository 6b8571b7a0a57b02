import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { embedConsoleFiles } from './console-files.ts';

/** Bundles each process into one file under `dist/bundle`, then starts every bundle once to see that it loads. */

const root = join(import.meta.dirname, '../../..');
const outdir = join(root, 'dist/bundle');
const processes = ['apps/gateway', 'apps/router', 'apps/auth-resolver', 'apps/monitor', 'tools/supervisor'];

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: processes.map((path) => ({ in: join(root, path, 'src/main.ts'), out: basename(path) })),
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
  plugins: [embedConsoleFiles()],
  logLevel: 'warning',
});

for (const path of processes) {
  const bundle = join(outdir, `${basename(path)}.mjs`);
  const version = execFileSync(process.execPath, [bundle, '--version'], { encoding: 'utf8', cwd: dirname(outdir) });
  console.log(`${basename(bundle)}: ${version.trim()}`);
}
