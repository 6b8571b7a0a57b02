import { accessSync, constants, existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { DYNAMIC_SIZE, type JetStreamOptions } from './jetstream-options.ts';

/** Why JetStream can't start, in nats-server's words. */
export class StoreError extends Error {}

/** Where the streams lie. */
export const jetStreamFolder = ({ storeDir }: Pick<JetStreamOptions, 'storeDir'>): string =>
  join(storeDir, 'jetstream');

/**
 * Makes the folder of the streams if there is none, and gives every size that was left to the machine its number.
 * @throws StoreError
 */
export function prepareJetStream(options: JetStreamOptions): JetStreamOptions {
  if (options.tpm !== undefined) {
    throw new StoreError(
      options.encryption === undefined
        ? 'TPM functionality is not supported on this platform'
        : 'JetStream encryption key may not be used with TPM options',
    );
  }
  const storeDir = options.storeDir === '' ? join(tmpdir(), 'nats') : options.storeDir;
  const folder = jetStreamFolder({ storeDir });
  makeFolder(folder);
  return {
    ...options,
    storeDir,
    maxMemoryBytes: options.maxMemoryBytes === DYNAMIC_SIZE ? threeQuarters(memoryBytes()) : options.maxMemoryBytes,
    maxFileBytes: options.maxFileBytes === DYNAMIC_SIZE ? threeQuarters(freeBytes(folder)) : options.maxFileBytes,
  };
}

function makeFolder(folder: string): void {
  try {
    makeFolders(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR') throw new StoreError('storage directory is not a directory');
    throw new StoreError(`could not create storage directory - ${message}`);
  }
  if (!statSync(folder).isDirectory()) throw new StoreError('storage directory is not a directory');
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new StoreError('storage directory is not writable');
  }
}

/** Node's own way never ends where a folder that is there takes none, as /proc. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolders(parent);
  mkdirSync(folder, { mode: 0o700 });
}

const threeQuarters = (bytes: number): number => Math.floor(bytes / 4) * 3;

/** Of the machine, or of the container that this is. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
