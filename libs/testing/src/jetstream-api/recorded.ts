import { readFileSync } from 'node:fs';
import type { Said } from './converse.ts';

export const RECORDED_FILE = new URL('recorded.json', import.meta.url).pathname;

/** What nats-server 2.15.2 said, by scene. */
export const recordedApi = (): Record<string, Said[]> => JSON.parse(readFileSync(RECORDED_FILE, 'utf8'));
