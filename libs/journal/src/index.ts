export type { JournalCipher, SegmentCipher } from './cipher.ts';
export type { Files, JournalFile } from './files.ts';
export { type Entry, Journal, JournalDamageError, type JournalOptions, openJournal } from './journal.ts';
export { nodeFiles } from './node-files.ts';
export type { Damage, Findings } from './scan.ts';
