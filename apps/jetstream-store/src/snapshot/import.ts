import { createReadStream } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkStreamConfig, readRestoreRequest } from '@skein/jetstream-core';
import type { Directory, JetStreamAccount } from '../hosting.ts';
import type { Log } from '../options.ts';

const META = 'backup.json';
const DATA = 'stream.tar.s2';
const PIECE_BYTES = 1024 * 1024;

/**
 * Makes streams of backups that somebody unpacked while the server was stopped: `<account>/streams/<stream>/` with the two files that
 * `nats stream backup` writes. What was imported is removed there; what cannot be stays, and the log says why.
 *
 * @param directory `<store_dir>/jetstream`
 */
export async function importBackups(directory: string, accounts: Directory, log: Log): Promise<void> {
  for (const account of await namesIn(directory)) {
    for (const stream of await namesIn(join(directory, account, 'streams'))) {
      const folder = join(directory, account, 'streams', stream);
      const text = await readFile(join(folder, META), 'latin1').catch(() => undefined);
      if (text === undefined) continue;
      try {
        await importBackup(folder, text, accounts.account(account));
        // What is encrypted here must not lie beside it in clear.
        await rm(folder, { recursive: true });
        log.info(`Imported the backup of stream '${account} > ${stream}'`);
      } catch (error) {
        log.error(`The backup in ${folder} cannot be imported: ${(error as Error).message}`);
      }
    }
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

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
