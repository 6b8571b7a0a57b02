import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Infos } from './info.ts';
import type { Transcript } from './transcript.ts';

export const RECORDED_FILE = join(import.meta.dirname, 'recorded.json');
export const RECORDED_INFO_FILE = join(import.meta.dirname, 'recorded-info.json');

/** What nats-server `version` answered, by case name. */
export interface Recording {
  version: string;
  cases: Record<string, Transcript>;
}

export function loadRecording(): Recording {
  return JSON.parse(readFileSync(RECORDED_FILE, 'utf8')) as Recording;
}

/** The INFOs of nats-server, normalised, by key of `infoServers`. */
export function loadRecordedInfos(): Record<string, Infos> {
  return (JSON.parse(readFileSync(RECORDED_INFO_FILE, 'utf8')) as { infos: Record<string, Infos> }).infos;
}
