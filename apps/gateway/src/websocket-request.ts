import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { OriginRules } from './websocket-origin.ts';

export interface Refusal {
  readonly status: 400 | 403 | 404 | 405;
  /** For the log. */
  readonly error: string;
}

/** 16 bytes in base64 (RFC 6455 §4.2.1). */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Why a request is no WebSocket's, or an unwelcome one's; undefined for one to be upgraded. */
export function upgradeRefusal(request: IncomingMessage, origins: OriginRules): Refusal | undefined {
  const { headers } = request;
  if (pathOf(request) === '/mqtt') return { status: 404, error: 'mqtt websocket endpoint not enabled' };
  if (request.method !== 'GET') return { status: 405, error: 'request method must be GET' };
  if (headers.upgrade?.toLowerCase() !== 'websocket') return bad("invalid value for header 'Upgrade'");
  if (!/(^|,)\s*upgrade\s*(,|$)/i.test(headers.connection ?? '')) return bad("invalid value for header 'Connection'");
  const key = headers['sec-websocket-key'];
  if (key === undefined || key === '') return bad('key missing');
  if (!KEY.test(key)) return bad('invalid websocket key');
  if (headers['sec-websocket-version'] !== '13') return bad('invalid version');
  const origin = headers.origin || headers['sec-websocket-origin'];
  const unwelcome = origins.refusal(typeof origin === 'string' ? origin : origin?.[0], headers.host ?? '');
  return unwelcome === undefined ? undefined : { status: 403, error: `origin not allowed: ${unwelcome}` };
}

const bad = (error: string): Refusal => ({ status: 400, error });

export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0];
}

/** The client that a proxy names; '' when it names none or several, or no address. IPv6 is bracketed. */
export function forwardedFor(request: IncomingMessage): string {
  const address = request.headersDistinct['x-forwarded-for']?.[0].trim() ?? '';
  const version = isIP(address);
  return version === 6 ? `[${address}]` : version === 4 ? address : '';
}
