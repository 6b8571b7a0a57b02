import { createSecretKey, hkdfSync } from 'node:crypto';
import { JournalCipher } from '@skein/encryption';

/** @param secret another one opens nothing of it */
export function testCipher(secret = 'secret'): JournalCipher {
  return new JournalCipher('aes', (salt) => createSecretKey(Buffer.from(hkdfSync('sha256', secret, salt, '', 32))));
}
