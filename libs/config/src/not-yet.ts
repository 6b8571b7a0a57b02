import { defaultOptions, type ServerOptions } from './options.ts';

/** Settings that are read as nats-server reads them, that no process acts on yet, and that nobody relies on: a warning each. */
export function notYet(options: ServerOptions): string[] {
  const tuned: [string, boolean][] = [['write_timeout', options.writeTimeout !== defaultOptions().writeTimeout]];
  return tuned.filter(([, set]) => set).map(([key]) => `"${key}" is not supported yet and has no effect`);
}
