import { FLAG_GROUPS, type Flag } from './flags.ts';

const COLUMN = 37;

export function usage(): string {
  const groups = FLAG_GROUPS.map(({ title, flags }) => `${title} options:\n${flags.map(line).join('')}`);
  return `\nUsage: nats-server [options]\n\n${groups.join('\n')}\n${PLAN_HELP}`;
}

function line({ names, value, help }: Flag): string {
  const spellings = names.map((name) => (name.length > 2 && name !== 'DVV' ? `--${name}` : `-${name}`)).join(', ');
  const head = `    ${spellings}${value === undefined ? '' : value.startsWith('=') ? `[${value}]` : ` <${value}>`}`;
  const gap = head.length < COLUMN - 1 ? head.padEnd(COLUMN) : `${head}\n${' '.repeat(COLUMN)}`;
  return `${gap}${help}\n`;
}

const PLAN_HELP = `--plan -c <file> compares a configuration with that of the running server (the only one, or the one with this pid or pid
file), with its flags and those given here. Each change is
    hot        a reload applies it
    restart    a reload refuses it, and with it everything else; a start takes it
    refused    no server would start with it
Exit codes: 0 nothing or all hot, 1 no such server, 2 restart, 3 refused.
`;

export const TLS_HELP = `TLS in the configuration file:

    tls {
      cert_file: "./server-cert.pem"    # certificate chain, PEM
      key_file:  "./server-key.pem"     # its key, PEM
      ca_file:   "./ca.pem"             # authority of the clients' certificates
      verify:    true                   # clients must have one of them
      timeout:   "2s"                   # for the handshake

      min_version:       "1.2"          # or "1.3"
      cipher_suites:     ["TLS_AES_128_GCM_SHA256"]
      curve_preferences: ["X25519", "CurveP256"]
      handshake_first:   false          # true: TLS before the server's first line; auto, or a duration: whichever comes
      pinned_certs:      ["<SHA-256 of a public key, hexadecimal>"]
    }

    allow_non_tls: false                # true: serve clients without TLS as well

On the command line: --tls --tlscert=<file> --tlskey=<file>, with --tlsverify --tlscacert=<file> to verify clients.
`;
