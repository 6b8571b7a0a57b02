/**
 * What a client is told at the end, by the reason that the log has: a close code (RFC 6455 §7.4.1) and that reason.
 * Null: the connection is cut without a word, as for a stream that can't be parsed.
 */
export function closeFrame(reason: string | undefined): { code: number; text: string } | null {
  if (reason === undefined) return { code: 1000, text: '' };
  if (CUT.has(reason)) return null;
  return { code: CODES[reason] ?? INTERNAL_ERROR, text: reason };
}

const INTERNAL_ERROR = 1011;

const CODES: Readonly<Record<string, number>> = {
  'Client Closed': 1000,
  'Stale Connection': 1001,
  'Server Shutdown': 1001,
  'Bad Client Protocol Version': 1002,
  'Authentication Failure': 1008,
  'Authentication Timeout': 1008,
  'Authentication Expired': 1008,
  'Credentials Revoked': 1008,
  'Maximum Connections Exceeded': 1008,
  'Maximum Control Line Exceeded': 1008,
  'Maximum Message Payload Exceeded': 1009,
};

const CUT = new Set(['Parse Error', 'Protocol Violation', 'Read Error', 'Write Error']);
