import type { WebsocketOptions } from '@skein/config';

interface WebOrigin {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
}

/** From which web pages clients may come. */
export class OriginRules {
  readonly #allowed: ReadonlySet<string>;
  readonly #sameOrigin: boolean;
  readonly #scheme: string;

  constructor(options: Pick<WebsocketOptions, 'sameOrigin' | 'allowedOrigins'>, tls: boolean) {
    this.#allowed = new Set(options.allowedOrigins.map((origin) => keyOf(origin)).filter((key) => key !== undefined));
    this.#sameOrigin = options.sameOrigin;
    this.#scheme = tls ? 'https' : 'http';
  }

  /** Why a request with these headers is refused; undefined when it is not. Without an origin it is no browser's. */
  refusal(origin: string | undefined, host: string): string | undefined {
    if (origin === undefined || origin === '' || (!this.#sameOrigin && this.#allowed.size === 0)) return undefined;
    const key = keyOf(origin);
    if (key === undefined) {
      const why = origin.startsWith(':') ? 'missing protocol scheme' : 'invalid URI for request';
      return `parse ${JSON.stringify(origin)}: ${why}`;
    }
    if (this.#allowed.size > 0 && !this.#allowed.has(key)) return 'not in the allowed list';
    if (this.#sameOrigin && key !== keyOf(`${this.#scheme}://${host}`)) return 'not same origin';
    return undefined;
  }
}

/** Scheme, host and port (the scheme's own where none is given), comparable. */
function keyOf(text: string): string | undefined {
  const origin = parseOrigin(text);
  return origin === undefined ? undefined : `${origin.scheme}://${origin.host}:${origin.port}`;
}

function parseOrigin(text: string): WebOrigin | undefined {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(\[[^\]]*\]|[^/?#:]*)(?::(\d*))?(?:[/?#]|$)/i.exec(text);
  if (match === null) return undefined;
  const scheme = match[1].toLowerCase();
  return { scheme, host: match[2].toLowerCase(), port: match[3] || (scheme === 'https' ? '443' : '80') };
}
