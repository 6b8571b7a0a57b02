import type { Query } from './options.ts';
import { QuestionError } from './question-error.ts';

// The texts are nats-server's: they name the functions of Go that it reads numbers with.

/** Whole and signed; `otherwise` when it is absent or empty. */
export function queryInteger(query: Query, name: string, otherwise: number): number {
  const text = query[name];
  if (text === undefined || text === '') return otherwise;
  if (!/^[+-]?\d+$/.test(text)) throw undecodable('int', name, 'Atoi', text, 'invalid syntax');
  // What is out of range for a number here would be a page far beyond any.
  if (!Number.isSafeInteger(Number(text))) throw undecodable('int', name, 'Atoi', text, 'value out of range');
  return Number(text);
}

/** Whole and not negative; 0 when it is absent or empty. */
export function queryUnsigned(query: Query, name: string): number {
  const text = query[name];
  if (text === undefined || text === '') return 0;
  if (!/^\d+$/.test(text)) throw undecodable('uint64', name, 'ParseUint', text, 'invalid syntax');
  if (!Number.isSafeInteger(Number(text))) throw undecodable('uint64', name, 'ParseUint', text, 'value out of range');
  return Number(text);
}

const truths = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const falsehoods = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

export function queryBoolean(query: Query, name: string): boolean {
  const text = query[name];
  if (text === undefined || text === '' || falsehoods.includes(text)) return false;
  if (truths.includes(text)) return true;
  throw undecodable('boolean', name, 'ParseBool', text, 'invalid syntax');
}

function undecodable(kind: string, name: string, reader: string, text: string, why: string): QuestionError {
  return new QuestionError(
    `Error decoding ${kind} for '${name}': strconv.${reader}: parsing ${JSON.stringify(text)}: ${why}`,
  );
}
