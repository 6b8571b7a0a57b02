import { expect, it } from 'vitest';
import { ApiError, apiErrors } from '../api-error.ts';
import recorded from '../recorded/stream-config.json' with { type: 'json' };
import { checkStreamConfig } from './check-stream-config.ts';
import { readStreamRequest } from './read-stream-config.ts';

interface Recorded {
  /** What was asked for; or the bytes themselves. */
  request?: { name?: string };
  body?: string;
  response: { error?: object; config?: object; exception?: string };
}

/** The answer to a request under the stream's name, or the name it was recorded under. */
function answer({ request, body }: Recorded): object {
  try {
    const text = body ?? JSON.stringify(request);
    const { config } = readStreamRequest(text);
    const inSubject = body === undefined ? subjectName(request?.name) : 'S';
    if ((config.name ?? '') !== inSubject) throw apiErrors.streamMismatch();
    return { config: checkStreamConfig(config) };
  } catch (error) {
    if (error instanceof ApiError) return { error: error.toJSON() };
    throw error;
  }
}

function subjectName(name = 'S'): string {
  if (name === 'T') return 'S';
  return name.replaceAll(' ', '_');
}

const table = Object.entries(recorded as Record<string, Recorded>).filter(
  ([, { response }]) => response.exception === undefined,
);

it.each(table)('%s', (_, one) => {
  const { error, config } = one.response;
  expect(answer(one)).toEqual(error === undefined ? { config } : { error });
});
