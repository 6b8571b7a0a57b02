import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { pageDifferences } from './compare.ts';
import { readPages } from './read.ts';
import { loadRecordedPages, RECORDED_PAGES_FILE } from './recording.ts';
import type { RecordedPages } from './situation.ts';
import { situations } from './situations.ts';

const [binary, ...names] = process.argv.slice(2);
if (!binary) {
  console.error('usage: node libs/testing/src/pages/record.ts PATH_TO_SERVER [SITUATION…]');
  process.exit(2);
}

const version = execFileSync(binary, ['--version']).toString().replace(/^.*v/s, '').trim();
const pages: RecordedPages = names.length === 0 ? {} : loadRecordedPages().pages;
for (const [name, situation] of Object.entries(situations)) {
  if (names.length > 0 && !names.includes(name)) continue;
  pages[name] = await readPages(binary, situation);
  // What is not the same the next time must not be asserted.
  const unsteady = pageDifferences(pages[name], await readPages(binary, situation));
  if (unsteady.length > 0) {
    console.error(`nothing written: ${name} is different the next time\n${unsteady.join('\n')}`);
    process.exit(1);
  }
}
writeFileSync(RECORDED_PAGES_FILE, `${JSON.stringify({ version, pages }, null, 1)}\n`);
console.log(`pages of nats-server ${version} recorded; format them: biome format --write libs/testing`);
