/** Whom a node in operator mode trusts, and where it finds accounts: what the configuration says of it, as JSON. */
export interface TrustOptions {
  /** Operator JWTs. */
  operators: string[];
  /** Public keys of operators that are trusted without a JWT. */
  keys: string[];
  /** Absent: URL of the first operator's account server. */
  resolver?: ResolverOptions;
  /** How an account server is talked to. */
  resolverTls?: ResolverTlsOptions;
  /** Account JWTs that the resolver starts with, by public key. */
  preload: Record<string, string>;
  /** Only these accounts may connect; none: all. */
  pinnedAccounts: string[];
  /** The user JWT of those who show none. */
  defaultSentinel?: string;
}

export type ResolverOptions = MemoryResolverOptions | UrlResolverOptions | DirectoryResolverOptions;

export interface MemoryResolverOptions {
  kind: 'memory';
}

export interface UrlResolverOptions {
  kind: 'url';
  /** The account's public key is appended. */
  url: string;
}

export interface ResolverTlsOptions {
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

export interface DirectoryResolverOptions {
  kind: 'full' | 'cache';
  dir: string;
  /** DELETE requests are obeyed. */
  allowDelete: boolean;
  /** Deleted accounts leave no file behind. */
  hardDelete: boolean;
  /** Account JWTs that it holds at most. */
  limit: number;
  /** How often others are asked for what is missing here. */
  intervalMs: number;
  /** How long another server is waited for. */
  timeoutMs: number;
  /** Of a cache: how long an account stays that nobody asks for; 0: for ever. */
  ttlMs: number;
}

export const resolverDefaults = {
  allowDelete: false,
  hardDelete: false,
  limit: 2 ** 31,
  intervalMs: 60_000,
  timeoutMs: 1900,
  ttlMs: 0,
};

export function noTrust(): TrustOptions {
  return { operators: [], keys: [], preload: {}, pinnedAccounts: [] };
}

/** Users are known by JWTs rather than by the configuration. */
export function isOperatorMode({ operators, keys }: TrustOptions): boolean {
  return operators.length > 0 || keys.length > 0;
}
