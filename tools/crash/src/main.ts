import { parseArgs } from 'node:util';
import { run } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    seeds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '20' },
    conf: { type: 'string', default: '' },
  },
});
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Kills a node under JetStream traffic: `node tools/crash/src/main.ts [--seed N] [--seeds HOW_MANY] [--rounds N] [--conf TEXT]`. */
const first = Number(values.seed);
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const { violations, acknowledged, kills } = await run({
    seed,
    rounds: Number(values.rounds),
    conf: values.conf.replaceAll('\\n', '\n'),
    say,
  });
  say(`seed ${seed}: ${kills} kills, ${acknowledged} messages acknowledged, ${violations.length} violations`);
  for (const violation of violations.slice(0, 20)) say(`  ${violation}`);
  if (violations.length > 0) process.exitCode = 1;
}
