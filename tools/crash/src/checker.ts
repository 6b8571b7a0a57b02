import type { Pulled } from './jetstream.ts';
import type { Ledger } from './ledger.ts';
import type { Worker } from './worker.ts';

/** What a stream that keeps everything holds, against what was promised: each once, in order, with its sequence. */
export function checkKept(stream: string, held: readonly Pulled[], ledger: Ledger, prefix: string): void {
  const { violations } = ledger;
  const at = new Map<string, number>();
  let last = 0;
  for (const { sequence, body } of held) {
    if (sequence <= last) violations.push(`${stream}: ${sequence} comes behind ${last}`);
    last = sequence;
    const before = at.get(body);
    if (before !== undefined) violations.push(`${stream}: ${body} is there as ${before} and as ${sequence}`);
    at.set(body, sequence);
  }
  for (const [body, sequence] of ledger.acknowledged) {
    if (!body.startsWith(prefix)) continue;
    const found = at.get(body);
    if (found !== sequence)
      violations.push(`${stream}: ${body} was acknowledged as ${sequence} and is ${found ?? 'not there'}`);
  }
  for (const { bodies } of ledger.batches) {
    const places = bodies.map((body) => at.get(body));
    if (!bodies[0]?.startsWith(prefix) || places.every((place) => place === undefined)) continue;
    const first = places[0] ?? 0;
    if (places.some((place, i) => place !== first + i)) {
      violations.push(`${stream}: the batch from ${bodies[0]} on is there in part: ${places.join(', ')}`);
    }
  }
}

/** Of a stream that gives away what its consumers have acknowledged: nothing is lost before that, nothing stays behind it. */
export function checkWorked(held: readonly Pulled[], worker: Worker, ledger: Ledger, prefix: string): void {
  const { violations } = ledger;
  const { stream, delivered, confirmed } = worker;
  const there = new Map(held.map(({ sequence, body }) => [sequence, body]));
  for (const [body, sequence] of ledger.acknowledged) {
    if (!body.startsWith(prefix)) continue;
    const found = there.get(sequence) ?? delivered.get(sequence);
    if (found !== body) violations.push(`${stream}: ${body}, acknowledged as ${sequence}, is ${found ?? 'lost'}`);
  }
  for (const sequence of confirmed) {
    if (there.has(sequence)) violations.push(`${stream}: ${sequence} is there, and was said to be acknowledged`);
  }
}

/** A mirror is what its origin is. */
export function checkMirror(origin: readonly Pulled[], mirror: readonly Pulled[], ledger: Ledger): void {
  const wanted = new Map(origin.map(({ sequence, body }) => [sequence, body]));
  for (const { sequence, body } of mirror) {
    if (wanted.get(sequence) !== body)
      ledger.violations.push(`mirror: ${sequence} is ${body}, at the origin ${wanted.get(sequence)}`);
    wanted.delete(sequence);
  }
  for (const sequence of wanted.keys()) ledger.violations.push(`mirror: ${sequence} is missing`);
}

/** What was sourced is each message of the origin, once, in its order. */
export function checkSourced(origin: readonly Pulled[], sourced: readonly Pulled[], ledger: Ledger): void {
  const came = sourced.map(({ headers }) => Number(headers?.get('Nats-Stream-Source').split(' ')[1]));
  const wanted = origin.map(({ sequence }) => sequence);
  const differs = Math.max(...[came, wanted].map(({ length }) => length));
  for (let i = 0; i < differs; i++) {
    if (came[i] === wanted[i]) continue;
    const around = (sequences: readonly number[]): string => sequences.slice(Math.max(0, i - 2), i + 3).join(' ');
    ledger.violations.push(`sourced: … ${around(came)} …, of the origin: … ${around(wanted)} …`);
    return;
  }
}

/** What was taken from a stream that keeps nothing is all that it acknowledged, once. */
export function checkTaken(given: readonly string[], taken: readonly Pulled[], { violations }: Ledger): void {
  const bodies = new Set<string>();
  for (const { body } of taken) {
    if (bodies.has(body)) violations.push(`taken: ${body} is there twice`);
    bodies.add(body);
  }
  for (const body of given) if (!bodies.has(body)) violations.push(`taken: ${body} is missing`);
}
