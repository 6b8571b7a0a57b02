import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServerOptions } from '@skein/config';

/** What a request shows of who sends it. */
export interface Visitor {
  /** The `Authorization` header. */
  authorization: string | undefined;
  /** Its certificate was signed by an authority that is trusted for this. */
  certified: boolean;
  /** It asks for `/healthz`. */
  isProbe: boolean;
  /** It asks for something that tells nothing of this node. */
  isOpen?: boolean;
}

/** Why a request is turned away. */
export interface Refusal {
  status: 401 | 403;
  text: string;
  /** Of the header `WWW-Authenticate`; 403 has none. */
  challenge?: string;
}

/** Who may see what is served over HTTP; undefined: this one may. */
export function refusalOf(access: ServerOptions['skein']['monitoring'], visitor: Visitor): Refusal | undefined {
  if (access === undefined) return undefined;
  const { token, clientCaFile, openHealthz } = access;
  if (visitor.isOpen || (token === undefined && clientCaFile === undefined)) return undefined;
  if (visitor.certified && clientCaFile !== undefined) return undefined;
  if (visitor.isProbe && openHealthz) return undefined;
  if (token === undefined) return { status: 403, text: 'a client certificate is needed, over HTTPS' };
  const given = /^Bearer +([!-~]+) *$/i.exec(visitor.authorization ?? '')?.[1];
  if (given === undefined) {
    return { status: 401, text: 'a bearer token is needed', challenge: 'Bearer realm="monitoring"' };
  }
  if (isSame(given, token)) return undefined;
  const challenge = 'Bearer realm="monitoring", error="invalid_token"';
  return { status: 401, text: 'the bearer token is not the right one', challenge };
}

/** In a time that does not tell how much of it was right. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
