// Writes src/generated/ from the schema; with --check only compares, and fails when they differ.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const generated = join(root, 'src', 'generated');
const cli = dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json'));
const run = (tool: string, args: string[]) =>
  execFileSync(process.execPath, [join(cli, 'bin', tool), ...args], { stdio: 'inherit' });

const without = ['create', 'verify', 'convert', 'delimited', 'typeurl', 'service'].map((part) => `--no-${part}`);
// The one-file build of the runtime loads in a third of the time of the module tree.
const target = ['-t', 'static-module', '-w', 'esm', '--dependency', 'protobufjs/dist/minimal/protobuf.min.js'];
const schema = join(root, 'proto', 'bus.proto');

const scratch = mkdtempSync(join(tmpdir(), 'bus-generate-'));
try {
  const plain = join(scratch, 'bus.js');
  const commented = join(scratch, 'commented.js');
  const types = join(scratch, 'bus.d.ts');
  run('pbjs', [...target, ...without, '--no-comments', '-o', plain, schema]);
  run('pbjs', [...target, ...without, '--force-number', '-o', commented, schema]);
  run('pbts', ['-o', types, commented]);
  let differs = false;
  for (const [from, name] of [
    [plain, 'bus.js'],
    [types, 'bus.d.ts'],
  ] as const) {
    const text = readFileSync(from, 'utf8');
    const to = join(generated, name);
    if (!process.argv.includes('--check')) writeFileSync(to, text);
    else if (readFileSync(to, 'utf8') !== text) {
      process.stderr.write(`${to} is not what the schema generates\n`);
      differs = true;
    }
  }
  if (differs) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true });
}
