import { parseArgs } from 'node:util';
import { runSeed } from './run-seed.ts';

const USAGE = 'usage: main.ts [--seeds N] [--from S] [--gateways 1|2|3] [--stop] [--verbose]';
const SHOWN_LINES = 25;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    gateways: { type: 'string' },
    stop: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
if (values.help) {
  say(USAGE);
  process.exit(0);
}

const first = Number(values.from);
const end = first + Number(values.seeds);
let run = 0;
const gateways = values.gateways === undefined ? undefined : Number(values.gateways);
const echo = values.verbose ? say : undefined;
const sums: Record<string, number> = {};
const failed: number[] = [];
let simulatedMs = 0;
const startedMs = performance.now();

for (let seed = first; seed < end; seed++) {
  const result = await runSeed({ seed, gateways, echo });
  run++;
  simulatedMs += result.simulatedMs;
  for (const [name, count] of Object.entries(result.counts)) sums[name] = (sums[name] ?? 0) + count;
  if (result.violations.length === 0) continue;
  failed.push(seed);
  say(`seed ${seed}: ${result.violations.slice(0, 5).join('\n  ')}`);
  if (!values.verbose && failed.length <= 3) for (const line of result.lines.slice(-SHOWN_LINES)) say(`    ${line}`);
  if (values.stop) break;
}

const seconds = (performance.now() - startedMs) / 1000;
say(`${run} seeds, ${failed.length} failed${failed.length === 0 ? '' : `: ${failed.join(' ')}`}`);
say(`${seconds.toFixed(1)} s, ${(simulatedMs / 1000).toFixed(0)} s simulated, ${JSON.stringify(sums)}`);
process.exitCode = failed.length === 0 ? 0 : 1;
