export {
  type DirectoryResolverOptions,
  type MemoryResolverOptions,
  noTrust,
  type ResolverOptions,
  type ResolverTlsOptions,
  resolverDefaults,
  type TrustOptions,
  type UrlResolverOptions,
} from './options.ts';
export { rightsOnBus } from './rights.ts';
export { type AccountReading, readAccount, Trust, TrustError } from './trust.ts';
export {
  type Admitted,
  checkProof,
  checkUser,
  isDelegated,
  isRefused,
  judgeUser,
  type KnownUser,
  type Presented,
  type Refused,
  readUser,
} from './user.ts';
