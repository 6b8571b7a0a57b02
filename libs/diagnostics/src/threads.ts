import { readdirSync, readFileSync } from 'node:fs';

/** Names of the process's threads, with their number: the main one, V8's, libuv's, workers. Linux tells them all. */
export function threadCounts(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of threadNames()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function threadNames(): string[] {
  try {
    return readdirSync('/proc/self/task').map((id) => readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim());
  } catch {
    // no /proc here, or a thread that has just ended
    return ['main'];
  }
}
