import { planReload, type ServerOptions, withChoicesOf } from '@skein/config';

export const EXIT_RESTART = 2;
export const EXIT_REFUSED = 3;

/** What `--plan` says of a running node's options and those that a configuration asks for. */
export interface Plan {
  /** A line a change: what becomes of it, its key, what a reload would say. */
  text: string;
  exitCode: number;
}

export function describePlan(running: ServerOptions, wanted: ServerOptions): Plan {
  const next = withChoicesOf(running, wanted);
  const lines = planReload(running, next).changes.map(({ key, kind, reason }) => ({
    kind: kind === 'hot' ? 'hot' : 'restart',
    text: key === reason ? key : `${key}: ${reason}`,
  }));
  const text = lines.map((line) => `${line.kind.padEnd(9)}${line.text}\n`).join('');
  return {
    text: text === '' ? 'nothing changes\n' : text,
    exitCode: lines.some(({ kind }) => kind === 'restart') ? EXIT_RESTART : 0,
  };
}

/** A configuration that cannot be used at all. */
export const refusedPlan = (reason: string): Plan => ({
  text: reason
    .trimEnd()
    .split('\n')
    .map((line) => `${'refused'.padEnd(9)}${line}\n`)
    .join(''),
  exitCode: EXIT_REFUSED,
});

/**
 * The command line of a running node, with other flags behind its own. Of a flag that is given twice the last counts, and
 * under any of its names.
 */
export function mergedArgv(running: readonly string[], given: readonly string[], absolute: (path: string) => string) {
  const configs = given.flatMap((word, index) => {
    const match = /^--?(?:c|config)(?:=(.*))?$/s.exec(word);
    if (match === null) return [];
    const file = match[1] ?? given[index + 1];
    return file === undefined ? [] : [absolute(file)];
  });
  const file = configs.at(-1);
  return [...running, ...given, ...(file === undefined ? [] : ['-c', file, '--config', file])];
}
