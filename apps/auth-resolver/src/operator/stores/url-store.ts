import { readFileSync } from 'node:fs';
import { tokenBytesMax } from '@skein/jwt';
import type { ResolverTlsOptions } from '@skein/trust/options';
import { type AccountStore, StoreError } from './account-store.ts';

const FETCH_MS = 2000;
/** More of them wait for their turn. */
const FETCHES_MAX = 64;

/** An account server (nats-account-server): accounts are fetched when they are asked for. */
export class UrlStore implements AccountStore {
  readonly #url: string;
  readonly #tls: ResolverTlsOptions;
  readonly #fetchMs: number;
  #fetching = 0;
  /** What it was told of since: newer than what can be fetched. */
  readonly #told = new Map<string, string>();

  constructor(url: string, tls: ResolverTlsOptions = {}, fetchMs = FETCH_MS) {
    this.#url = url;
    this.#tls = tls;
    this.#fetchMs = fetchMs;
  }

  async lookup(account: string): Promise<string | undefined> {
    const told = this.#told.get(account);
    if (told !== undefined) return told;
    if (this.#fetching >= FETCHES_MAX) throw new StoreError('too many accounts are being fetched');
    this.#fetching++;
    try {
      return await this.#fetch(`${this.#url}${account}`);
    } finally {
      this.#fetching--;
    }
  }

  /** Only accounts that are in use get here, so there are no more of them than the server has. */
  async save(account: string, token: string): Promise<void> {
    this.#told.set(account, token);
  }

  async close(): Promise<void> {}

  async #fetch(url: string): Promise<string> {
    const failed = (why: string): StoreError => new StoreError(`could not fetch <${JSON.stringify(url)}>: ${why}`);
    if (!URL.canParse(url)) throw failed('invalid URL');
    const { protocol } = new URL(url);
    if (protocol !== 'http:' && protocol !== 'https:') {
      throw failed(`unsupported protocol scheme ${JSON.stringify(protocol.slice(0, -1))}`);
    }
    const { request } = protocol === 'https:' ? await import('node:https') : await import('node:http');
    const { caFile, certFile, keyFile } = this.#tls;
    const files = protocol === 'https:' && {
      ...(caFile !== undefined && { ca: readFileSync(caFile) }),
      ...(certFile !== undefined && { cert: readFileSync(certFile) }),
      ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
    };
    return new Promise((resolve, reject) => {
      const asking = request(url, { ...files, agent: false, signal: AbortSignal.timeout(this.#fetchMs) }, (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > tokenBytesMax) asking.destroy(failed('the answer is too large'));
          else chunks.push(chunk);
        });
        answer.on('error', (error) => reject(failed(error.message)));
        answer.on('end', () => {
          if (answer.statusCode !== 200) reject(failed(`${answer.statusCode} ${answer.statusMessage}`));
          else resolve(Buffer.concat(chunks).toString().trim());
        });
      });
      asking.on('error', (error) => reject(error instanceof StoreError ? error : failed(error.message)));
      asking.end();
    });
  }
}
