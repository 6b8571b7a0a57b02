/** The last token of a server's services: `$SYS.REQ.SERVER.<id>.VARZ`, and with PING in place of the id those of all servers. */
export const SERVER_PAGES = [
  'IDZ',
  'STATSZ',
  'VARZ',
  'SUBSZ',
  'CONNZ',
  'ROUTEZ',
  'GATEWAYZ',
  'LEAFZ',
  'ACCOUNTZ',
  'JSZ',
  'HEALTHZ',
  'PROFILEZ',
  'EXPVARZ',
  'IPQUEUESZ',
  'RAFTZ',
] as const;

/** Those that are for one server alone. */
export const SERVER_DEEDS = ['RELOAD', 'KICK', 'LDM'] as const;

/** The last token of `$SYS.REQ.ACCOUNT.<account>.CONNZ` and the like. */
export const ACCOUNT_SERVICES = ['SUBSZ', 'CONNZ', 'LEAFZ', 'JSZ', 'INFO', 'STATZ', 'CONNS'] as const;

/** Names of former times, which nats-server's documentation still has: here they are answered too. */
export const ALIASES: Readonly<Record<string, string>> = { STATZ: 'STATSZ', SUBZ: 'SUBSZ' };

/** All that the monitor listens to in the system account. What is not among it has no responders. */
export function patterns(serverId: string): string[] {
  const pages = [...SERVER_PAGES, ...Object.keys(ALIASES)];
  return [
    '$SYS.REQ.SERVER.PING',
    ...pages.map((name) => `$SYS.REQ.SERVER.PING.${name}`),
    ...[...pages, ...SERVER_DEEDS].map((name) => `$SYS.REQ.SERVER.${serverId}.${name}`),
    ...[...ACCOUNT_SERVICES, 'SUBZ'].map((name) => `$SYS.REQ.ACCOUNT.*.${name}`),
    '$SYS.REQ.ACCOUNT.NSUBS',
    '$SYS.REQ.USER.*.INFO',
    '$SYS.DEBUG.SUBSCRIBERS',
  ];
}

/** What a request is for. */
export type Service =
  | { of: 'server'; name: string }
  | { of: 'account'; account: string; name: string }
  | { of: 'user' | 'subscribers' | 'subscriptions' };

/** The service that a subject names, being one of the patterns'. */
export function serviceOf(subject: string): Service | undefined {
  if (subject === '$SYS.DEBUG.SUBSCRIBERS') return { of: 'subscribers' };
  if (subject === '$SYS.REQ.ACCOUNT.NSUBS') return { of: 'subscriptions' };
  const [, , kind, who, name] = subject.split('.');
  switch (kind) {
    case 'SERVER':
      // A bare ping asks for statistics.
      return { of: 'server', name: name === undefined ? 'STATSZ' : (ALIASES[name] ?? name) };
    case 'ACCOUNT':
      if (name === undefined) return undefined;
      return { of: 'account', account: who, name: name === 'SUBZ' ? 'SUBSZ' : name };
    case 'USER':
      return { of: 'user' };
    default:
      return undefined;
  }
}
