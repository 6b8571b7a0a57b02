import { parseAckSubject } from '@skein/jetstream-core';
import { readSubject } from '../api/subject.ts';

const API = '$JS.API.';
const NEXT = '$JS.API.CONSUMER.MSG.NEXT.';
const ACK = '$JS.ACK.';
const FLOW = '$JS.FC.';

/** About the streams of an account, whichever store has them; or decided where streams are created. */
const COMMON = ['INFO', 'STREAM.NAMES', 'STREAM.LIST', 'STREAM.UPDATE', 'STREAM.RESTORE', 'ACCOUNT.PURGE'];

/** The stream that a message under `$JS` is for, whose store has to see it. @param subject without a domain */
export function namedStream(subject: string): string | undefined {
  if (subject.startsWith(ACK)) return parseAckSubject(subject)?.stream;
  if (subject.startsWith(FLOW)) return subject.split('.')[2];
  if (subject.startsWith(NEXT)) return subject.slice(NEXT.length).split('.')[0];
  const parsed = subject.startsWith(API) ? readSubject(subject) : undefined;
  return parsed === undefined || COMMON.includes(parsed.verb) ? undefined : parsed.names[0];
}
