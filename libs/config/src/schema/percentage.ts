import type { Value } from '../lang/value.ts';

/** `50` or `50%`; undefined when it is neither. */
export function percentage(value: Value): number | undefined {
  if (value.type === 'int64') return Number(value.value);
  if (value.type !== 'string' || !/^-?\d+%?$/.test(value.value)) return undefined;
  return Number.parseInt(value.value, 10);
}
