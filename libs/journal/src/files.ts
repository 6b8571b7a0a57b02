/**
 * What a journal needs of a file system, so that tests can cut its power. Every method may reject with the operating
 * system's error (`code` 'ENOSPC', 'EIO', ...).
 */
export interface Files {
  /** Names in a directory, which is made if it is not there. */
  list(directory: string): Promise<string[]>;
  /** A new, empty file; an older one of that name is emptied. */
  create(path: string): Promise<JournalFile>;
  open(path: string): Promise<JournalFile>;
  remove(path: string): Promise<void>;
  /** Names made and removed since are on disk when this resolves. */
  syncDirectory(directory: string): Promise<void>;
}

export interface JournalFile {
  size(): Promise<number>;
  /** Reads up to the length; fewer bytes only at the end of the file. */
  read(position: number, length: number): Promise<Buffer>;
  /** Resolves when all of it is written, not necessarily on disk. */
  write(bytes: Buffer, position: number): Promise<void>;
  /** What was written is on disk when this resolves. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}
