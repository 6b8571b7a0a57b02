import { type Address, parseAddress } from '../address.ts';
import type { Value } from '../lang/value.ts';
import { failAt, located } from './reader.ts';

/** A port, or `host:port`. */
export function readListen(value: Value): Address {
  if (value.type === 'int64') return { host: '', port: Number(value.value) };
  if (value.type === 'string') return located(value.at, '', () => parseAddress(value.value));
  return failAt(value.at, `expected port or host:port, got ${value.type}`);
}
