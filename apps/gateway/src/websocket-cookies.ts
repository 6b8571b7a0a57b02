import type { WebsocketOptions } from '@skein/config';
import type { ConnectOptions } from './connect-options.ts';

type CookieNames = Pick<WebsocketOptions, 'jwtCookie' | 'usernameCookie' | 'passwordCookie' | 'tokenCookie'>;

/** Credentials from a request's `Cookie` header; null without any. Values are taken as they are, not URL-decoded. */
export function cookieCredentials(header: string | undefined, names: CookieNames): Partial<ConnectOptions> | null {
  if (header === undefined) return null;
  const fields = new Map<string | undefined, 'jwt' | 'user' | 'pass' | 'authToken'>([
    [names.jwtCookie, 'jwt'],
    [names.usernameCookie, 'user'],
    [names.passwordCookie, 'pass'],
    [names.tokenCookie, 'authToken'],
  ]);
  const credentials: Partial<ConnectOptions> = {};
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const field = fields.get(part.slice(0, equals).trim());
    // The last of several cookies with the same name counts.
    if (field !== undefined) credentials[field] = unquote(part.slice(equals + 1).trimEnd());
  }
  return Object.keys(credentials).length === 0 ? null : credentials;
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
