import type { Fate } from '../wire-client.ts';
import type { Case } from './case.ts';

/** What one connection received after INFO, and what became of it. */
export interface ConnectionTranscript {
  frames: string[];
  fate: Fate;
}

/** By connection name. */
export type Transcript = Record<string, ConnectionTranscript>;

/** Rewrites what differs from run to run, and shortens long runs of one character. */
export function normaliseFrame(frame: string): string {
  if (frame.startsWith('INFO ')) {
    const info = JSON.parse(frame.slice(5)) as Record<string, unknown>;
    return `INFO ${info.connect_info ? 'after CONNECT' : 'unasked'}, account ${info.remote_account ?? 'none'}`;
  }
  return frame.replace(/(.)\1{63,}/gs, (run, char) => `<${JSON.stringify(char).slice(1, -1)} x ${run.length}>`);
}

/** Makes a raw transcript comparable: normalised frames, server PINGs left out, masked and sorted as the case asks. */
export function normalise(test: Case, raw: Transcript): Transcript {
  const clean: Transcript = {};
  for (const [name, { frames, fate }] of Object.entries(raw)) {
    clean[name] = {
      frames: frames.filter((frame) => test.keepPings || frame !== 'PING\r\n').map(normaliseFrame),
      fate,
    };
    const mask = test.mask;
    if (mask) clean[name].frames = clean[name].frames.map((frame) => frame.replace(mask[0], mask[1]));
  }
  if (test.isUnordered) {
    const all = Object.values(clean).flatMap(({ frames }) => frames);
    for (const connection of Object.values(clean)) connection.frames = [];
    clean.all = { frames: all.sort(), fate: 'open' };
  }
  return clean;
}

/** A readable account of the differences, `-` for what was recorded and `+` for what came; empty when there are none. */
export function diffTranscripts(recorded: Transcript, actual: Transcript): string {
  const lines: string[] = [];
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(actual)])) {
    const before = describe(recorded[name]);
    const after = describe(actual[name]);
    if (before.join('\n') === after.join('\n')) continue;
    lines.push(`connection ${name}:`, ...diffLines(before, after).map((line) => `  ${line}`));
  }
  return lines.join('\n');
}

function describe(connection: ConnectionTranscript | undefined): string[] {
  if (!connection) return ['(no such connection)'];
  return [...connection.frames.map((frame) => JSON.stringify(frame)), `fate: ${connection.fate}`];
}

/** Longest common subsequence; transcripts are a few dozen lines at most. */
function diffLines(before: string[], after: string[]): string[] {
  const common = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i][j] = before[i] === after[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push(`  ${before[i++]}`);
      j++;
    } else if (i < before.length && (j === after.length || common[i + 1][j] >= common[i][j + 1])) {
      lines.push(`- ${before[i++]}`);
    } else {
      lines.push(`+ ${after[j++]}`);
    }
  }
  return lines;
}
