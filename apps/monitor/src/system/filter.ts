import type { ServerFacts } from '@skein/events';
import { type OptionsOf, optionsFromBody } from '../endpoints/options.ts';

const fields = {
  serverName: { kind: 'string', body: 'server_name' },
  cluster: { kind: 'string', body: 'cluster' },
  host: { kind: 'string', body: 'host' },
  domain: { kind: 'string', body: 'domain' },
  tags: { kind: 'strings', body: 'tags' },
  exactMatch: { kind: 'bool', body: 'exact_match' },
} as const;

const OPTIONS = 'EventFilterOptions';

export type Filter = OptionsOf<typeof fields>;

/** Which servers a request is for. Throws `QuestionError`; `event` is what its text calls the options. */
export function filterFrom(body: string, event: string): Filter {
  return optionsFromBody(fields, event === OPTIONS ? [OPTIONS, ''] : [event, OPTIONS], body);
}

/** Names match as parts unless an exact match is asked for; of tags, all must be the server's (nats-server 2.15). */
export function isMeant(filter: Filter, { serverName, host, tags }: ServerFacts): boolean {
  const { exactMatch } = filter;
  const fits = (asked: string, own: string): boolean =>
    asked === '' || (exactMatch ? own === asked : own.includes(asked));
  const own = new Set(tags.map((tag) => tag.toLowerCase()));
  return (
    fits(filter.serverName, serverName) &&
    fits(filter.host, host) &&
    // There are no clusters yet, and no domains: nothing has their names.
    fits(filter.cluster, '') &&
    fits(filter.domain, '') &&
    filter.tags.every((tag) => own.has(tag.trim().toLowerCase()))
  );
}
