import type { FlagType } from './go-flags.ts';

/** One flag of the command line: its spellings, most usual first, and what `--help` says of it. */
export interface Flag {
  names: string[];
  type: FlagType;
  /** How the help names the value. */
  value?: string;
  help: string;
}

interface FlagGroup {
  title: string;
  flags: Flag[];
}

const flag = (names: string, type: FlagType, help: string, value?: string): Flag => ({
  names: names.split(' '),
  type,
  help,
  value,
});

export const FLAG_GROUPS: FlagGroup[] = [
  {
    title: 'Server',
    flags: [
      flag('a addr net', 'string', 'Address to listen on (0.0.0.0 when not given)', 'host'),
      flag('p port', 'integer', 'Port for clients (4222 when not given, -1 for any free one)', 'port'),
      flag('n name server_name', 'string', 'Name of the server (its id when not given)', 'name'),
      flag('P pid', 'string', 'Write the process id to this file', 'file'),
      flag('m http_port', 'integer', 'Port for monitoring over HTTP', 'port'),
      flag('ms https_port', 'integer', 'Port for monitoring over HTTPS', 'port'),
      flag('c config', 'string', 'Configuration file; flags win over it', 'file'),
      flag('t', 'boolean', 'Check the configuration file and exit'),
      flag(
        'sl signal',
        'string',
        'Signal a running server: ldm, stop, quit, term, reopen, reload',
        'signal[=pid, file or prefix*]',
      ),
      flag('plan', 'optional', 'Print what a reload would change in a running server, and exit (see below)', '=pid'),
      flag('client_advertise', 'string', 'Address to tell clients in place of the own', 'address'),
      flag('ports_file_dir', 'string', 'Write the ports in use to a file in this folder', 'dir'),
    ],
  },
  {
    title: 'Logging',
    flags: [
      flag('l log', 'string', 'Log to this file in place of standard error', 'file'),
      flag('T logtime', 'boolean', 'Put the time on every line (on when not given)'),
      flag('logtime_utc', 'boolean', 'Times in UTC'),
      flag('s syslog', 'boolean', 'Log to syslog'),
      flag('r remote_syslog', 'string', 'Log to syslog at this address (udp://localhost:514)', 'address'),
      flag('D debug', 'boolean', 'Log debugging output'),
      flag('V trace', 'boolean', 'Log the protocol'),
      flag('VV', 'boolean', "Log the protocol, the system account's as well"),
      flag('DV', 'boolean', 'Both -D and -V'),
      flag('DVV', 'boolean', 'Both -D and -VV'),
      flag('log_size_limit', 'integer', 'Start a new log file beyond this size', 'bytes'),
      flag('max_traced_msg_len', 'integer', 'Longest part of a message that is logged', 'bytes'),
    ],
  },
  {
    title: 'JetStream',
    flags: [
      flag('js jetstream', 'boolean', 'Turn JetStream on'),
      flag('sd store_dir', 'string', "JetStream's folder", 'dir'),
    ],
  },
  {
    title: 'Authorization',
    flags: [
      flag('user', 'string', 'User that clients must name', 'user'),
      flag('pass', 'string', "That user's password", 'password'),
      flag('auth', 'string', 'Token that clients must send', 'token'),
    ],
  },
  {
    title: 'TLS',
    flags: [
      flag('tls', 'boolean', 'Serve TLS'),
      flag('tlscert', 'string', "The server's certificate", 'file'),
      flag('tlskey', 'string', "The certificate's key", 'file'),
      flag('tlsverify', 'boolean', 'Serve TLS, and verify the certificates of clients'),
      flag('tlscacert', 'string', 'Authority that client certificates must come from', 'file'),
    ],
  },
  {
    title: 'Cluster (not supported yet)',
    flags: [
      flag('routes', 'string', 'Servers to connect routes to', 'url, ...'),
      flag('cluster', 'string', 'URL that routes are accepted on', 'url'),
      flag('cluster_name', 'string', 'Name of the cluster', 'name'),
      flag('no_advertise', 'boolean', "Tell clients nothing of the cluster's servers"),
      flag('cluster_advertise', 'string', 'URL to tell other servers in place of the own', 'url'),
      flag('connect_retries', 'integer', 'Attempts to connect a route that was learnt of', 'number'),
      flag('cluster_listen', 'string', 'URL that routes are accepted on', 'url'),
    ],
  },
  {
    title: 'Profiling',
    flags: [flag('profile', 'integer', 'Port for profiles (go tool pprof)', 'port')],
  },
  {
    title: 'Common',
    flags: [
      flag('h help', 'boolean', 'Show this text'),
      flag('v version', 'boolean', 'Show the version'),
      flag('help_tls', 'boolean', 'Show how to set up TLS'),
    ],
  },
];

export const FLAGS: readonly Flag[] = FLAG_GROUPS.flatMap((group) => group.flags);

export const FLAG_TYPES: ReadonlyMap<string, FlagType> = new Map(
  FLAGS.flatMap(({ names, type }) => names.map((name) => [name, type] as const)),
);
