import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = 'opened.json';
/** A death so soon after opening may have to do with what was opened. */
const SOON_MS = 10 * 60_000;
/** So many in a row, and it is looked for what causes them. */
const DEATHS_MAX = 2;

interface Note {
  /** Lives in a row before this one that ended soon, and not in order. */
  readonly deaths: number;
  /** Unix time. */
  readonly openedMs: number;
}

/**
 * Says in a shard's folder that the shard is open, so that the next life sees that this one did not end in order: LevelDB ends the process
 * with some of what is damaged, and would do so again after each restart. What cannot be read or written of it counts for nothing.
 */
export class OpeningNote {
  readonly #path: string;
  #before: Note | undefined;
  #note: Note | undefined;

  constructor(directory: string) {
    this.#path = join(directory, NAME);
  }

  /**
   * To be called before anything is opened that may end the process.
   *
   * @returns whether so many lives ended in a row that what is there has to be checked: then `checked`, or nothing, is to follow
   */
  async begin(nowMs = Date.now()): Promise<boolean> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    this.#before = parse(text);
    this.#note = { deaths: deathsUntil(nowMs, this.#before), openedMs: nowMs };
    await this.#write(this.#note);
    return this.#note.deaths >= DEATHS_MAX;
  }

  /** What was there is whole: it was something else. */
  async checked(): Promise<void> {
    this.#before = undefined;
    await this.#write({ deaths: 0, openedMs: this.#note?.openedMs ?? 0 });
  }

  /** It could not be opened, and the process lives: as it was. */
  async takenBack(): Promise<void> {
    await (this.#before === undefined ? this.ended() : this.#write(this.#before));
  }

  /** It was closed in order. */
  async ended(): Promise<void> {
    await rm(this.#path, { force: true }).catch(() => {});
  }

  async #write(note: Note): Promise<void> {
    await writeFile(this.#path, JSON.stringify(note)).catch(() => {});
  }
}

function deathsUntil(nowMs: number, before: Note | undefined): number {
  if (before === undefined) return 0;
  // It was found to be harmed: however long ago that was.
  if (before.deaths >= DEATHS_MAX) return before.deaths;
  return Math.abs(nowMs - before.openedMs) < SOON_MS ? before.deaths + 1 : 0;
}

function parse(text: string): Note | undefined {
  try {
    const { deaths, openedMs } = JSON.parse(text);
    return Number.isInteger(deaths) && Number.isFinite(openedMs) ? { deaths, openedMs } : undefined;
  } catch {
    return undefined;
  }
}
