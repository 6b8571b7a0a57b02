import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeIdentity } from '@skein/bus';
import type { SavedTotals } from './gateway-totals.ts';

interface Kept {
  /** Whose they are: another start of the node begins at 0. */
  serverId: string;
  startedUnixMs: number;
  totals: SavedTotals;
}

/**
 * Where a monitor keeps what it has shown, so that the next one shows no less: in the node's run directory, a file of a few hundred bytes a gateway. What
 * cannot be written is not kept.
 */
export class TotalsFile {
  readonly #path: string;
  readonly #identity: Pick<NodeIdentity, 'serverId' | 'startedUnixMs'>;
  #writing: Promise<void> = Promise.resolve();
  #written = '';

  constructor(runDir: string, { serverId, startedUnixMs }: NodeIdentity) {
    this.#path = join(runDir, 'totals.json');
    this.#identity = { serverId, startedUnixMs };
  }

  async load(): Promise<SavedTotals | undefined> {
    try {
      const { serverId, startedUnixMs, totals } = JSON.parse(await readFile(this.#path, 'utf8')) as Kept;
      const isOurs = serverId === this.#identity.serverId && startedUnixMs === this.#identity.startedUnixMs;
      return isOurs ? totals : undefined;
    } catch {
      return undefined;
    }
  }

  /** Resolves when it is kept. */
  save(totals: SavedTotals): Promise<void> {
    const text = JSON.stringify({ ...this.#identity, totals } satisfies Kept);
    if (text === this.#written) return this.#writing;
    this.#written = text;
    this.#writing = this.#writing.then(() => this.#write(text)).catch(() => {});
    return this.#writing;
  }

  /** Whole or not at all. */
  async #write(text: string): Promise<void> {
    const draft = `${this.#path}.new`;
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, this.#path);
  }
}
