import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedPages } from './situation.ts';

export const RECORDED_PAGES_FILE = join(import.meta.dirname, 'recorded.json');

/** What nats-server `version` answered. */
export function loadRecordedPages(): { version: string; pages: RecordedPages } {
  return JSON.parse(readFileSync(RECORDED_PAGES_FILE, 'utf8'));
}
