import { type Findings, type Journal, JournalDamageError } from '@skein/journal';
import { RecordKind, readJson, readRecord, type StreamCreated } from './record.ts';

const READ_BYTES = 4 * 1024 * 1024;
/** So many streams are named. */
const NAMED_MAX = 50;

/** Records that neither the journal nor the database has. */
export interface Hole {
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

/**
 * The first hole in what the database does not have. What is behind it can't be applied: sequences are given as records are applied, so each
 * message would have another's.
 *
 * @param applied the last record that the database has
 */
export function firstHole(
  journal: Pick<Journal, 'first'>,
  damage: Findings['damage'],
  applied: number,
): Hole | undefined {
  if (journal.first > applied + 1) {
    const [from, to] = [applied + 1, journal.first - 1];
    const why = 'the database is older than what the journal has kept';
    return { from, to, what: `records ${from} to ${to} are lost: ${why}` };
  }
  const [worst] = damage.filter(({ to }) => to > applied).sort((a, b) => a.from - b.from);
  if (worst === undefined) return undefined;
  const { from, to, segment } = worst;
  const what = `records ${from} to ${to} of the journal (segment ${segment}) are lost`;
  return { from: Math.max(from, applied + 1), to, what };
}

/** Of records: how many of which stream, and the names of streams that they create. */
interface Counted {
  readonly records: Map<number, number>;
  readonly created: Map<number, string>;
}

/** What of a journal can be read from a record on. */
export async function countFrom(journal: Pick<Journal, 'read' | 'last'>, from: number): Promise<Counted> {
  const counted: Counted = { records: new Map(), created: new Map() };
  for (let next = from; next <= journal.last; ) {
    const entries = await journal.read(next, READ_BYTES).catch((error) => {
      if (error instanceof JournalDamageError) return [];
      throw error;
    });
    if (entries.length === 0) break;
    for (const { number, content } of entries) {
      count(counted, number, content);
      next = number + 1;
    }
  }
  return counted;
}

function count({ records, created }: Counted, number: number, bytes: Buffer): void {
  const { kind, stream, content } = readRecord(bytes);
  if (kind === RecordKind.StreamCreated) {
    const { account, config } = readJson<StreamCreated>(content);
    created.set(number, `${account} > ${config.name}`);
  }
  const of = stream === 0 ? number : stream;
  records.set(of, (records.get(of) ?? 0) + 1);
}

/** @param nameOf a stream that is there */
export function inWords({ records, created }: Counted, nameOf: (stream: number) => string | undefined): string {
  const named = [...records].map(([stream, count]) => {
    const name = nameOf(stream) ?? created.get(stream);
    return `${count} of ${name === undefined ? `stream ${stream}` : `stream '${name}'`}`;
  });
  const more = named.length - NAMED_MAX;
  return [...named.slice(0, NAMED_MAX), ...(more > 0 ? [`those of ${more} more streams`] : [])].join(', ') || 'none';
}
