import { createReadStream } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkStreamConfig, readRestoreRequest } from '@skein/jetstream-core';
import type { Directory, JetStreamAccount } from '../hosting.ts';
import type { Log } from '../options.ts';

const META = 'backup.json';
const DATA = 'stream.tar.s2';
/** What nats-server has in the folder of each of its streams. */
const FOREIGN = 'meta.inf';
/** Named in a line of the log. */
const NAMES_MAX = 10;
const PIECE_BYTES = 1024 * 1024;

/**
 * Makes streams of backups that somebody unpacked while the server was stopped: `<account>/streams/<stream>/` with the two files that
 * `nats stream backup` writes. What was imported is removed there; what cannot be stays, and the log says why. Streams in
 * nats-server's own files, which lie in the same places, are not read: whoever starts this in its place is told.
 *
 * @param directory `<store_dir>/jetstream`
 */
export async function importBackups(directory: string, accounts: Directory, log: Log): Promise<void> {
  for (const account of await namesIn(directory)) {
    const streams = join(directory, account, 'streams');
    const foreign: string[] = [];
    for (const stream of await namesIn(streams)) {
      const folder = join(streams, stream);
      const text = await readFile(join(folder, META), 'latin1').catch(() => undefined);
      if (text === undefined) {
        const isHere = accounts.account(account)?.configOf(stream) !== undefined;
        if (!isHere && (await namesIn(folder)).includes(FOREIGN)) foreign.push(stream);
        continue;
      }
      try {
        await importBackup(folder, text, accounts.account(account));
        // What is encrypted here must not lie beside it in clear.
        await rm(folder, { recursive: true });
        log.info(`Imported the backup of stream '${account} > ${stream}'`);
      } catch (error) {
        log.error(`The backup in ${folder} cannot be imported: ${(error as Error).message}`);
      }
    }
    if (foreign.length > 0)
      log.error(
        `${streams} has nats-server's own files, which are not read (back up there and restore here): ${shown(foreign)}`,
      );
  }
}

async function importBackup(folder: string, text: string, account: JetStreamAccount | undefined): Promise<void> {
  if (account === undefined) throw new Error('the account has no JetStream');
  const config = checkStreamConfig(readRestoreRequest(text));
  if (account.configOf(config.name) !== undefined) throw new Error(`there is a stream ${config.name} already`);
  const restoration = await account.restore(config);
  try {
    const pieces = createReadStream(join(folder, DATA), { highWaterMark: PIECE_BYTES });
    for await (const piece of pieces) await restoration.push(piece as Buffer);
    await account.adoptRestored(restoration);
  } catch (error) {
    restoration.abandon();
    throw error;
  }
}

function shown(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  return names.slice(0, NAMES_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
