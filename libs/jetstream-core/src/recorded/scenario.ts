/** What is asked of a server with the stream `S`, in order, and what it answered. */
export interface Scenario {
  /** Of the stream, as it is created with first. */
  config: object;
  steps: Step[];
}

/**
 * `to`: a publish or a request with headers (lines) and a body; JSON is written as such. `seconds`: time that passes. `reply`: of a
 * message of a fast batch, `fi.…`; its answers are all that came there.
 */
export interface Step {
  to?: string;
  headers?: string[];
  body?: string | object;
  reply?: string;
  seconds?: number;
  /** In order; none when nobody answered. */
  answers?: Answer[];
  /** What left for other subjects since, where that matters (`heard` is there). */
  heard?: Answer[];
}

/** A JSON object, or what is none. Of times only whether they are set is kept. */
export type Answer = Record<string, unknown> | { headers?: string[]; body: string };

/** The answer that a message is, with whatever differs from run to run taken out. */
export function readAnswer(content: Buffer, headerBytes: number): Answer {
  const body = content.toString('latin1', headerBytes);
  const lines = content
    .toString('latin1', 0, headerBytes)
    .split('\r\n')
    .filter((line) => line !== '');
  if (lines.length === 0 && body.startsWith('{')) return readJson(body);
  const headers = lines.map((line) => (line.startsWith('Nats-Time-Stamp') ? 'Nats-Time-Stamp: T' : line));
  return { ...(headers.length > 0 && { headers }), body };
}

export function readJson(text: string): Record<string, unknown> {
  const answer: Record<string, unknown> = JSON.parse(text, timeless);
  // An update says it, too; here it would only be long.
  if (String(answer.type).endsWith('stream_info_response')) delete answer.config;
  return answer;
}

function timeless(key: string, value: unknown): unknown {
  if (key === 'ts' || key === 'created' || key === 'cluster') return undefined;
  if (key === 'hdrs') {
    const lines = Buffer.from(value as string, 'base64')
      .toString('latin1')
      .split('\r\n');
    return lines.map((line) => line.replace(/^(Nats-Schedule-Next: )\d.*/, '$1T'));
  }
  const isTime = key === 'first_ts' || key === 'last_ts' || key === 'time';
  return isTime && !(value as string).startsWith('0001') ? 'T' : value;
}
