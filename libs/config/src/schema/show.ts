import type { Value } from '../lang/value.ts';

/** A value as nats-server's messages show it. */
export function showValue(value: Value): string {
  if (value.type === '[]interface {}') return `[${value.value.map(showValue).join(' ')}]`;
  if (value.type !== 'map[string]interface {}') return String(value.value);
  return `map[${[...value.value].map(([key, entry]) => `${key}:${showValue(entry)}`).join(' ')}]`;
}
