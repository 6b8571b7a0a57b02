import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describeMachine } from './machine.ts';
import type { Options } from './options.ts';
import { reaches, renderResults, replaceBetweenMarks } from './render.ts';
import { merged, type Results, type RowResult } from './results.ts';
import { rows } from './rows.ts';
import { measureRow } from './runner.ts';
import { type Program, ServerProcess, versionOf } from './server-process.ts';

/**
 * Measures the rows that the options name, saying how far it is through `say`, and writes the files that they name. Resolves
 * with the tables, and whether every row was measured.
 */
export async function bench(
  options: Options,
  say: (line: string) => void,
): Promise<{ text: string; complete: boolean }> {
  const servers = {
    skein: await describeServer(options.server),
    peer: options.peer ? await describeServer(options.peer) : null,
  };
  const measured: RowResult[] = [];
  for (const row of options.rows) {
    const result = await measureRow(row, options);
    measured.push(result);
    const [figure] = row.figures;
    const [good, ratio] = [reaches(figure, result), result.ratios[figure.key]];
    const outcome = good === null ? 'measured' : good ? 'reached' : 'missed';
    say(`${row.name}: ${result.error ?? `${outcome}${ratio === undefined ? '' : `, ratio ${ratio.toFixed(2)}`}`}`);
  }
  const results = gathered({ machine: describeMachine(), servers, options: limits(options), rows: measured }, options);
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  const text = renderResults(results, rows);
  if (options.markdown !== null) {
    writeFileSync(options.markdown, replaceBetweenMarks(readFileSync(options.markdown, 'utf8'), text));
  }
  return { text, complete: measured.every((result) => result.error === undefined) };
}

/** Starts it once: that tells what it is, and whether it works, and fills compile caches before anything is measured. */
async function describeServer(program: Program): Promise<string> {
  const server = await ServerProcess.start(program);
  await server.stop();
  return `${versionOf(program)} (${server.info.go ?? 'unknown runtime'})`;
}

function gathered(newer: Results, options: Options): Results {
  if (!options.update || options.json === null || !existsSync(options.json)) return newer;
  const older = JSON.parse(readFileSync(options.json, 'utf8')) as Results;
  return merged(
    older,
    newer,
    rows.map((row) => row.name),
  );
}

const limits = ({ runs, load, scale }: Options): Results['options'] => ({ runs, load, scale });
