import { bench } from './bench.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { renderSelfCheck } from './render.ts';
import { rows } from './rows.ts';
import { selfCheck } from './self-check.ts';

const say = (line: string): boolean => process.stderr.write(`${line}\n`);
const print = (text: string): boolean => process.stdout.write(`${text}\n`);

let options: Options;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  say(`${(error as Error).message}\n${USAGE}`);
  process.exit(2);
}

// Leaves through process.exit, so that the servers' exit handlers run.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

switch (options.mode) {
  case 'help':
    print(USAGE);
    break;
  case 'list':
    print(rows.map((row) => `${row.name.padEnd(18)} ${row.title}`).join('\n'));
    break;
  case 'self-check':
    print(renderSelfCheck(await selfCheck()));
    break;
  case 'measure': {
    try {
      const { text, complete } = await bench(options, say);
      print(text);
      process.exitCode = complete ? 0 : 1;
    } catch (error) {
      say((error as Error).message);
      process.exitCode = 1;
    }
  }
}
