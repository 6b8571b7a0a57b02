/** Who asks, as the header that a service import adds says; empty where there is none. */
export interface RequestInfo {
  acc?: string;
  user?: string;
  id?: number;
}

const HEADER = 'Nats-Request-Info';

export function requestInfo(headers: string): RequestInfo {
  const json = headerOf(headers, HEADER);
  if (json === undefined) return {};
  try {
    const info = JSON.parse(json) as RequestInfo | null;
    const { acc, user, id } = info ?? {};
    return {
      ...(typeof acc === 'string' && { acc }),
      ...(typeof user === 'string' && { user }),
      ...(Number.isSafeInteger(id) && { id }),
    };
  } catch {
    return {};
  }
}

/** The first value of a header, by its exact name; undefined: it is not there. */
export function headerOf(headers: string, name: string): string | undefined {
  for (const line of headers.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && line.slice(0, colon) === name) return line.slice(colon + 1).trim();
  }
  return undefined;
}
