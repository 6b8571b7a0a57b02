import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConfigIo } from '@skein/config';

export const configIo: ConfigIo = {
  readFile: (path) => readFileSync(path, 'utf8'),
  env: process.env,
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
};
