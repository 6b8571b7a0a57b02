import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Component } from '@skein/bus';
import type { ServerOptions } from '@skein/config';
import type { StoredIdentity } from './identity.ts';

/** A process as the register of a former router knew it. */
export interface StoredPeer {
  id: number;
  component: Component;
  instance: number;
  address: string;
  pid: number;
  /** A gateway that has been told to. */
  listening?: boolean;
}

/** What a router starts from, and keeps for the one after it. Whoever starts a node writes the first three or five fields. */
export interface RouterState {
  /** The configuration in force. */
  options: ServerOptions;
  revision: number;
  /** The command line, and the folder it was given in: what a reload reads again. */
  argv?: string[];
  cwd?: string;
  identity?: StoredIdentity;
  /** Counts the routers of this node. */
  epoch?: number;
  processIdMax?: number;
  connectionIdMax?: number;
  /** Hexadecimal; shown by processes that dial each other. */
  linkKey?: string;
  register?: StoredPeer[];
}

export interface StateStore {
  /** Throws when there is none. */
  load(): RouterState | Promise<RouterState>;
  /** Replaces the state in one step. */
  save(state: RouterState): void;
}

/** A JSON file. It outlives the process, not the machine: nothing in it means anything after a reboot. */
export const fileState = (path: string): StateStore => ({
  load: () => JSON.parse(readFileSync(path, 'utf8')),
  save: (state) => {
    const next = `${path}.next`;
    writeFileSync(next, JSON.stringify(state), { mode: 0o600 });
    renameSync(next, path);
  },
});
