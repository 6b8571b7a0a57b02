export { jetStreamAccounts } from './jetstream-accounts.ts';
export {
  type BatchLimits,
  type Cipher,
  defaultJetStreamOptions,
  type EncryptionOptions,
  type JetStreamOptions,
  type JetStreamServerLimits,
} from './jetstream-options.ts';
export { jetStreamFolder, prepareJetStream, StoreError } from './jetstream-start.ts';
