import { type Fields, readOptional } from './optional-request.ts';

const paged: Fields = { offset: { kind: 'int' } };

/** What a request for a list asks for. @param type Go's, which errors name. @throws ApiError 10025 */
export function readPageRequest(text: string, type: string, isFiltered = false): { offset: number; subject: string } {
  const fields: Fields = isFiltered ? { ...paged, subject: { kind: 'string' } } : paged;
  const read: { offset?: number; subject?: string } = readOptional(text, type, fields, `${type}.ApiPagedRequest`);
  return { offset: read.offset ?? 0, subject: read.subject ?? '' };
}
