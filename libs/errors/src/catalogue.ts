/** An error that a client is told of: `-ERR '<text>'`. */
export interface ProtocolError {
  /** Exactly as on the wire, upper and lower case included: client libraries match on it. */
  readonly text: string;
  /** Whether the connection is closed after it. */
  readonly closes: boolean;
  /** What the client did, or what happened to it. */
  readonly when: string;
}

/** One whose text names what it is about; `text` shows the form, with `<names>` for what varies. */
export interface ProtocolErrorAbout<Arguments extends string[]> extends ProtocolError {
  /** @returns the text for these */
  about(...values: Arguments): string;
}

const closing = (text: string, when: string): ProtocolError => ({ text, closes: true, when });
const staying = (text: string, when: string): ProtocolError => ({ text, closes: false, when });
const about = <const Names extends string[]>(
  when: string,
  write: (...values: Names) => string,
  ...names: Names
): ProtocolErrorAbout<{ [Name in keyof Names]: string }> => ({
  text: write(...(names.map((name) => `<${name}>`) as Names)),
  closes: false,
  when,
  about: write as (...values: { [Name in keyof Names]: string }) => string,
});

/** Everything a client can be told by -ERR. docs/errors.md lists the same, and a test compares the two. */
export const errors = {
  // the protocol
  unknownProtocolOperation: closing('Unknown Protocol Operation', 'a line that starts with no verb of the protocol'),
  parserError: closing('Parser Error', 'a message that cannot be parsed'),
  maximumControlLineExceeded: closing('maximum control line exceeded', 'a line longer than `max_control_line`'),
  maximumPayloadViolation: closing('Maximum Payload Violation', 'a message larger than `max_payload`'),
  invalidClientProtocol: closing('invalid client protocol', 'CONNECT with a `protocol` other than 0 and 1'),
  noRespondersRequiresHeaders: closing(
    'no responders requires headers support',
    'CONNECT with `no_responders` without `headers`',
  ),
  invalidSubject: staying('Invalid Subject', 'SUB with a malformed subject'),
  invalidPublishSubject: staying(
    'Invalid Publish Subject',
    'a publish to a malformed or wildcard subject, when pedantic; the message is delivered all the same',
  ),

  // who may connect, and do what
  authorizationViolation: closing('Authorization Violation', 'credentials that are missing, wrong or not allowed here'),
  authenticationTimeout: closing('Authentication Timeout', 'no valid CONNECT within the authorization `timeout`'),
  userAuthenticationExpired: closing('User Authentication Expired', "the user's credentials ran out"),
  userAuthenticationRevoked: closing('User Authentication Revoked', "the user's credentials were revoked"),
  accountAuthenticationExpired: closing('Account Authentication Expired', "the account's own credentials ran out"),
  secureConnectionRequired: closing(
    'Secure Connection - TLS Required',
    'a TLS handshake that did not happen in time; it seldom reaches a client that waits for TLS',
  ),
  publishPermissionsViolation: about(
    'a publish that the permissions forbid',
    (subject: string) => `Permissions Violation for Publish to "${subject}"`,
    'subject',
  ),
  subscriptionPermissionsViolation: about(
    'a SUB without queue group that the permissions forbid',
    (subject: string) => `Permissions Violation for Subscription to "${subject}"`,
    'subject',
  ),
  queueSubscriptionPermissionsViolation: about(
    'a SUB with a queue group that the permissions forbid',
    (subject: string, queue: string) => `Permissions Violation for Subscription to "${subject}" using queue "${queue}"`,
    'subject',
    'queue',
  ),
  subscriptionRevoked: about(
    'a subscription that a reload of the configuration forbids; it is removed',
    (subject: string, sid: string) => `Permissions Violation for Subscription to "${subject}" (sid "${sid}")`,
    'subject',
    'sid',
  ),
  queueSubscriptionRevoked: about(
    'the same with a queue group',
    (subject: string, queue: string, sid: string) =>
      `Permissions Violation for Subscription to "${subject}" using queue "${queue}" (sid "${sid}")`,
    'subject',
    'queue',
    'sid',
  ),

  // limits
  maximumConnectionsExceeded: closing('maximum connections exceeded', 'a connection beyond `max_connections`'),
  maximumAccountConnectionsExceeded: closing(
    'maximum account active connections exceeded',
    "a connection beyond its account's `max_connections`",
  ),
  maximumSubscriptionsExceeded: staying('maximum subscriptions exceeded', 'a SUB beyond `max_subscriptions`'),
  tooManySubjectTokens: about(
    'a SUB whose subject has more tokens than `max_subscription_tokens`',
    (subject: string) => `Permissions Violation for Subscription to "${subject}", too many tokens`,
    'subject',
  ),
  staleConnection: closing('Stale Connection', '`ping_max` unanswered PINGs'),
  slowConsumer: closing(
    'Slow Consumer',
    'more than `max_pending` unread, or a write that took longer than `write_deadline`; seldom arrives, as the client does not read',
  ),
} as const;

export type ProtocolErrorKey = keyof typeof errors;

/** The line that tells a client of an error. */
export function errorLine(text: string): string {
  return `-ERR '${text}'\r\n`;
}
