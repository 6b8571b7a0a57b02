import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Component } from '@skein/bus';
import type { ConfigIo, ServerOptions } from '@skein/config';
import type { RouterState, StateStore } from './state.ts';

/** One file per component; its content is what the component shows. */
export function readTokens(secretDir: string): Map<Component, Uint8Array> {
  const tokens = new Map<Component, Uint8Array>();
  for (const name of readdirSync(secretDir)) tokens.set(name as Component, readFileSync(join(secretDir, name)));
  return tokens;
}

/** What a command line says, with its configuration file; relative names are relative to `cwd`. Throws an Error. */
export async function readServerOptions(argv: readonly string[], cwd: string): Promise<ServerOptions> {
  const { readCommandLine } = await import('@skein/config');
  const io: ConfigIo = {
    readFile: (path) => readFileSync(isAbsolute(path) ? path : join(cwd, path), 'utf8'),
    env: process.env,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  };
  const command = readCommandLine(argv, io);
  if (command.kind === 'run') return command.options;
  throw new Error(
    command.kind === 'print' ? command.stderr.replace(/^nats-server: /, '') : 'not a command line to run',
  );
}

/**
 * A state that begins with the command line's options where there is none yet, or one of another command line (without a
 * supervisor nobody else writes it).
 */
export function startingFrom(store: StateStore, argv: readonly string[], cwd: string): StateStore {
  return {
    save: store.save,
    async load(): Promise<RouterState> {
      let state: RouterState | undefined;
      try {
        state = await store.load();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
      if (state !== undefined && (argv.length === 0 || JSON.stringify(state.argv) === JSON.stringify(argv)))
        return state;
      const options = await readServerOptions(argv, cwd);
      return { ...state, options, revision: (state?.revision ?? 0) + 1, argv: [...argv], cwd };
    },
  };
}
