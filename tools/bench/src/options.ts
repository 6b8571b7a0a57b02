import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Row, rowGroups, rows } from './rows.ts';
import type { Program } from './server-process.ts';

export const USAGE = `usage: main.ts [options]
  --server PATH     the server to measure (default: this repository's tools/nats-server)
  --peer PATH       a nats-server to measure in turn with it, and to compare with
  --rows A,B        only these rows (default: all; --list shows them)
  --runs N          runs of each row and server, alternating (default 3)
  --seconds S       aimed length of a run (default 2): the number of messages follows from it
  --count N         number of messages of a run, instead of --seconds
  --scale S         size of the large shapes (js-shapes), as a share of the whole (default 0.1)
  --json FILE       writes the results
  --update          keeps FILE's other rows
  --markdown FILE   rewrites the tables between the marks in FILE
  --self-check      measures the load generator itself, without any server
  --list            lists the rows`;

export type Options = {
  mode: 'measure' | 'self-check' | 'list' | 'help';
  server: Program;
  peer: Program | null;
  rows: Row[];
  runs: number;
  load: { seconds: number } | { count: number };
  /** Of the large shapes: a share of their size. */
  scale: number;
  json: string | null;
  update: boolean;
  markdown: string | null;
};

/** Reads the command line; throws with a message for the user. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      server: { type: 'string' },
      peer: { type: 'string' },
      rows: { type: 'string' },
      runs: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '2' },
      count: { type: 'string' },
      scale: { type: 'string', default: '0.1' },
      json: { type: 'string' },
      update: { type: 'boolean', default: false },
      markdown: { type: 'string' },
      'self-check': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const server = values.server ?? fileURLToPath(new URL('../../nats-server', import.meta.url));
  const mode = values.help ? 'help' : values.list ? 'list' : values['self-check'] ? 'self-check' : 'measure';
  if (mode === 'measure') {
    for (const path of [server, values.peer]) {
      if (path !== undefined && !existsSync(path)) throw new Error(`there is no ${path}`);
    }
  }
  if (values.update && values.json === undefined) throw new Error('--update needs --json');
  return {
    mode,
    server: { label: 'Skein', path: server },
    peer: values.peer === undefined ? null : { label: 'nats-server', path: values.peer },
    rows: values.rows === undefined ? rows : selectRows(values.rows.split(',')),
    runs: within('--runs', values.runs, 1, 100),
    load:
      values.count === undefined
        ? { seconds: within('--seconds', values.seconds, 0.1, 60) }
        : { count: within('--count', values.count, 1, 100_000_000) },
    scale: within('--scale', values.scale, 0.001, 10),
    json: values.json ?? null,
    update: values.update,
    markdown: values.markdown ?? null,
  };
}

function selectRows(names: string[]): Row[] {
  const named = names.flatMap((name) => (name in rowGroups ? rowGroups[name as keyof typeof rowGroups] : name));
  return named.map((name) => {
    const row = rows.find((each) => each.name === name);
    if (!row) throw new Error(`there is no row ${name}; --list shows them`);
    return row;
  });
}

function within(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!(value >= min && value <= max)) throw new Error(`${name} must be between ${min} and ${max}, not ${text}`);
  return value;
}
