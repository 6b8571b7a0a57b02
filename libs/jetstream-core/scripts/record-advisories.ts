/**
 * Has a nats-server publish every advisory that it has without a cluster, with a domain and without, and writes them down:
 * `node libs/jetstream-core/scripts/record-advisories.ts PATH_TO_NATS_SERVER` (a minute).
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playAdvisories } from '../src/recorded/play-advisories.ts';

const [server = ''] = process.argv.slice(2);
const recorded = [...(await playAdvisories(server, '')), ...(await playAdvisories(server, 'hub'))];
const file = fileURLToPath(new URL('../src/recorded/advisories.json', import.meta.url));
writeFileSync(file, `${JSON.stringify(recorded, undefined, 2)}\n`);
