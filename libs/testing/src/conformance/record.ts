import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cases } from './cases.ts';
import { recordInfos } from './info.ts';
import { RECORDED_FILE, RECORDED_INFO_FILE } from './recording.ts';
import { type Forecast, runCases } from './runner.ts';
import { servers } from './servers.ts';
import { diffTranscripts, type Transcript } from './transcript.ts';

const binary = process.argv[2];
if (!binary) {
  console.error('usage: node libs/testing/src/conformance/record.ts PATH_TO_SERVER');
  process.exit(2);
}

const version = execFileSync(binary, ['--version']).toString().replace(/^.*v/s, '').trim();
const recorded: Record<string, Transcript> = {};
const unsteady: string[] = [];
const forecast: Forecast = (test, connection) => recorded[test.name]?.[connection]?.fate;
// The first round finds the fates, the second records, the third finds what is not the same each time: that must not
// be asserted.
for (const round of ['explore', 'record', 'compare']) {
  await runCases(binary, servers, cases, forecast, (test, transcript) => {
    const diff = round === 'compare' ? diffTranscripts(recorded[test.name], transcript) : '';
    if (diff) unsteady.push(`${test.name}\n${diff}`);
    else recorded[test.name] = transcript;
  });
}
if (unsteady.length > 0) {
  console.error(
    `nothing written: ${unsteady.length} cases answered differently the next time\n\n${unsteady.join('\n\n')}`,
  );
  process.exit(1);
}
const inOrder = Object.fromEntries(cases.map((test) => [test.name, recorded[test.name]]));
writeFileSync(RECORDED_FILE, `${JSON.stringify({ version, cases: inOrder }, null, 1)}\n`);
writeFileSync(RECORDED_INFO_FILE, `${JSON.stringify({ version, infos: await recordInfos(binary) }, null, 1)}\n`);
console.log(`${cases.length} cases of nats-server ${version} recorded; format them: biome format --write libs/testing`);
