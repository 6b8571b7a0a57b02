// Records what a real nats-server says in its system account: `node apps/monitor/scripts/record-system.ts PATH_TO_NATS_SERVER`,
// then `biome format --write apps/monitor`.
import { writeFileSync } from 'node:fs';
import { converse } from '../src/system/conversation.ts';

/** Long lists of figures are all alike. */
const ENTRIES_MAX = 8;

const facts = await converse(process.argv[2]);
const short = (_key: string, value: unknown): unknown => (Array.isArray(value) ? value.slice(0, ENTRIES_MAX) : value);
writeFileSync(new URL('../src/recorded/system.json', import.meta.url), JSON.stringify(facts, short, 2));
