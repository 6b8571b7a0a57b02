import type { Query } from './endpoint.ts';

/** A query that cannot be read: 400, with this text. */
export class QueryError extends Error {}

export function queryInteger(query: Query, name: string, otherwise: number): number {
  const text = query[name];
  if (text === undefined || text === '') return otherwise;
  if (!/^[+-]?\d{1,15}$/.test(text))
    throw new QueryError(`Error decoding int for '${name}': ${JSON.stringify(text)} is not a number`);
  return Number(text);
}

const truths = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const falsehoods = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

export function queryBoolean(query: Query, name: string): boolean {
  const text = query[name];
  if (text === undefined || text === '' || falsehoods.includes(text)) return false;
  if (truths.includes(text)) return true;
  throw new QueryError(`Error decoding boolean for '${name}': ${JSON.stringify(text)} is neither true nor false`);
}
