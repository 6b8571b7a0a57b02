import type { Value } from '../lang/value.ts';
import type { SkeinOptions } from '../options.ts';
import { asInteger, asMap, failAt, keys, type Problems, readBlock } from './reader.ts';

/** Every inbox subscription reaches every gateway of the node: beyond this many, that is all they would do. */
const GATEWAYS_MAX = 64;

/** Skein's own block; nats-server knows none of it. */
export function readSkein(value: Value, skein: SkeinOptions, problems: Problems): void {
  readBlock(asMap(value), SKEIN_KEYS, skein, problems);
}

const SKEIN_KEYS = keys<SkeinOptions>({
  gateways: (value, skein) => {
    const gateways = asInteger(value);
    if (gateways < 1 || gateways > GATEWAYS_MAX) failAt(value.at, `gateways must be between 1 and ${GATEWAYS_MAX}`);
    skein.gateways = gateways;
  },
});
