export type { CipherName } from './aead.ts';
export { checkKeyring, type Keyring, openKeyring } from './keyring.ts';
export { KeyError } from './keyring-file.ts';
export { NodeKeys } from './node-keys.ts';
export { JournalCipher } from './segment-cipher.ts';
