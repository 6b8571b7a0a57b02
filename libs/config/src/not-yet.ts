import { defaultOptions, type ServerOptions } from './options.ts';

/**
 * Settings that are read as nats-server reads them, and that no process acts on yet. `refusal`: somebody relies on it
 * who sets it, so that a node must not start (or reload) with it; `warnings`: it tunes what is not there.
 */
export function notYet(options: ServerOptions): { refusal?: string; warnings: string[] } {
  const { tls, websocket } = options;
  const defaults = defaultOptions();
  const relied: [string, boolean][] = [
    ['verify_and_map', tls?.verifyAndMap === true || websocket?.tls?.verifyAndMap === true],
  ];
  const tuned: [string, boolean][] = [['write_timeout', options.writeTimeout !== defaults.writeTimeout]];
  const first = relied.find(([, set]) => set);
  return {
    ...(first && { refusal: `"${first[0]}" is not supported yet` }),
    warnings: tuned.filter(([, set]) => set).map(([key]) => `"${key}" is not supported yet and has no effect`),
  };
}
