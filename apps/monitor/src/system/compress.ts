import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** In a thread of the pool: pages may be megabytes. */
export const compress: (text: string) => Promise<Buffer> = promisify(gzip);
