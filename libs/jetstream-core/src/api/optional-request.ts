import { apiErrors } from '../api-error.ts';
import { parseObject, type Shape, ShapeError } from '../json-shape.ts';

export type Fields = Readonly<Record<string, Shape>>;

/**
 * What is no object asks for nothing in particular.
 *
 * @param path where Go's decoder says that the fields are, if not in the type
 * @throws ApiError 10025
 */
export const readOptional = (text: string, type: string, fields: Fields, path = type): object =>
  /^\s*[{[]/.test(text) ? readObject(text, type, fields, path) : {};

/** @throws ApiError 10003, 10025 */
export function readRequired(text: string, type: string, fields: Fields): object {
  if (text === '') throw apiErrors.badRequest();
  return readObject(text, type, fields, type);
}

function readObject(text: string, type: string, fields: Fields, path: string): object {
  try {
    return parseObject(text, type, fields, path);
  } catch (error) {
    if (error instanceof ShapeError) throw apiErrors.invalidJson(error.message);
    throw error;
  }
}
