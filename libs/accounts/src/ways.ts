import {
  hasWildcard,
  isValidPattern,
  numberWildcards,
  reversed,
  SubjectTransform,
  subjectFromText,
  TransformError,
} from '@skein/subjects';
import { exportFor } from './authorize.ts';
import type { AccountDefinition, Import, ServiceExport, ServiceImport, StreamImport } from './definition.ts';

/** How messages of one account get into another. Patterns are latin1. */
interface WayBase {
  /** Subjects of the account that it starts from. */
  readonly subject: string;
  /** As a sublist wants it. */
  readonly queue: '';
  /** Where it leads. */
  readonly account: string;
  /** Null: the subject stays the same. */
  readonly transform: SubjectTransform | null;
  /** Traces of messages go on there. */
  readonly allowTrace: boolean;
}

/** From who exports a stream to one who imports it. */
export interface StreamWay extends WayBase {
  readonly kind: 'stream';
}

/** From who imports a service to the one who exports it. */
export interface ServiceWay extends WayBase {
  readonly kind: 'service';
  /** The service is told who asks, and not only from which account. */
  readonly share: boolean;
  /** It is told which server asks, too. */
  readonly namesServer: boolean;
  readonly service: Pick<ServiceExport, 'subject' | 'responseType' | 'thresholdMs' | 'latency'>;
}

export type Way = StreamWay | ServiceWay;

/** What everybody may ask of the system account, and what becomes of it there; about themselves alone. */
const SYSTEM_SERVICES: readonly { subject: string; to: (account: string) => string; share: boolean }[] = [
  { subject: '$SYS.REQ.USER.INFO', to: (account) => `$SYS.REQ.USER.${account}.INFO`, share: true },
  { subject: '$SYS.REQ.SERVER.PING.CONNZ', to: (account) => `$SYS.REQ.ACCOUNT.${account}.CONNZ`, share: false },
  { subject: '$SYS.REQ.ACCOUNT.PING.CONNZ', to: (account) => `$SYS.REQ.ACCOUNT.${account}.CONNZ`, share: false },
  { subject: '$SYS.REQ.ACCOUNT.PING.STATZ', to: (account) => `$SYS.REQ.ACCOUNT.${account}.STATZ`, share: false },
];

const ABOUT_USERS = SYSTEM_SERVICES[0].subject;

export function systemWays(account: string, systemAccount: string): ServiceWay[] {
  const ways: ServiceWay[] = [];
  for (const { subject, to, share } of SYSTEM_SERVICES) {
    if (account === systemAccount && subject !== ABOUT_USERS) continue;
    // An account may be called anything: one whose name is no part of a subject has nobody to ask.
    const transform = compile(() => new SubjectTransform(subject, subjectFromText(to(account))));
    if (!transform) continue;
    const service = { subject, responseType: 'Singleton' } as const;
    const way = { kind: 'service', subject, queue: '', allowTrace: false, namesServer: true, share, service } as const;
    ways.push({ ...way, account: systemAccount, transform });
  }
  return ways;
}

/** Undefined where the exporter does not let it through (any more). */
export function streamWay(exporter: AccountDefinition, importer: string, wanted: StreamImport): StreamWay | undefined {
  if (exportFor(exporter, importer, wanted) === undefined) return undefined;
  const transform = compile(() => {
    if (wanted.to === undefined || wanted.to === wanted.subject) return null;
    return new SubjectTransform(subjectFromText(wanted.subject), numberWildcards(subjectFromText(wanted.to)));
  });
  if (transform === undefined) return undefined;
  const subject = subjectFromText(wanted.subject);
  return { kind: 'stream', subject, queue: '', account: importer, transform, allowTrace: wanted.allowTrace };
}

/** Undefined where the exporter does not let it through (any more). */
export function serviceWay(
  importer: string,
  exporter: AccountDefinition,
  wanted: ServiceImport,
): ServiceWay | undefined {
  const service = exportFor(exporter, importer, wanted);
  if (service === undefined) return undefined;
  const transform = compile(() => serviceTransform(wanted));
  if (transform === undefined) return undefined;
  return {
    kind: 'service',
    subject: transform?.source ?? subjectFromText(wanted.subject),
    queue: '',
    account: exporter.name,
    transform,
    allowTrace: service.allowTrace,
    share: wanted.share,
    namesServer: false,
    service,
  };
}

/** A service's import says where it appears: turned round, that is where its requests go. */
function serviceTransform({ subject, to }: ServiceImport): SubjectTransform | null {
  const there = subjectFromText(subject);
  const here = numberWildcards(subjectFromText(to ?? subject));
  if (to === undefined || here === numberWildcards(there)) return null;
  if (hasWildcard(there)) return reversed(there, here);
  if (!isValidPattern(subjectFromText(to))) throw new TransformError('invalid subject');
  return new SubjectTransform(subjectFromText(to), there);
}

function compile(make: () => SubjectTransform | null): SubjectTransform | null | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof TransformError) return undefined;
    throw error;
  }
}

export const isStream = (one: Import): one is StreamImport => one.kind === 'stream';
export const isService = (one: Import): one is ServiceImport => one.kind === 'service';
