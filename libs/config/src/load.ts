import { ConfigError } from './error.ts';
import { finish } from './finish.ts';
import { digestText } from './lang/digest.ts';
import { parseFile, type Surroundings } from './lang/parser.ts';
import type { ServerOptions } from './options.ts';
import { Problems } from './schema/reader.ts';
import { type Draft, newDraft, readServer } from './schema/server.ts';

/** What reading a configuration needs from outside; nothing else is touched. */
export interface ConfigIo extends Surroundings {
  /** Lower-case hexadecimal SHA-256 of a text in UTF-8. */
  sha256(text: string): string;
}

/** Reads a file into a draft. Throws ConfigError when it holds anything that a start would refuse to read. */
export function readDraft(path: string, io: ConfigIo, strict = false): Draft {
  const config = parseFile(path, io);
  if (strict && config.value.size === 0) throw new ConfigError(`${path}: config has no values or is empty\n`);
  const draft = newDraft(io.readFile);
  const problems = new Problems();
  readServer(config, draft, problems);
  if (problems.errors.length > 0 || (strict && problems.strict.length > 0)) {
    throw new ConfigError(`${[...problems.strict, ...problems.errors].join('\n')}\n`);
  }
  draft.options.configDigest = `sha256:${io.sha256(digestText(config))}`;
  return draft;
}

/**
 * The options of a node that has this file and no flags; without a path, all defaults.
 * Throws ConfigError with nats-server's text.
 */
export function loadConfig(path: string | undefined, io: ConfigIo): ServerOptions {
  return finish(path === undefined ? newDraft(io.readFile) : readDraft(path, io));
}

/** What `-t` does: stricter about the text, blind to what only a start would find. Returns the digest. */
export function testConfig(path: string, io: ConfigIo): string {
  return readDraft(path, io, true).options.configDigest;
}
