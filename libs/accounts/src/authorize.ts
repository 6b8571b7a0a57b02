import { isSubset, isValidPattern, subjectFromText } from '@skein/subjects';
import type { AccountDefinition, Export, Import, ServiceExport, StreamExport } from './definition.ts';

/** The export that lets `importer` have this import; undefined when there is none. */
export function exportFor(
  exporter: AccountDefinition,
  importer: string,
  wanted: Import & { kind: 'service' },
): ServiceExport | undefined;
export function exportFor(exporter: AccountDefinition, importer: string, wanted: Import): Export | undefined;
export function exportFor(exporter: AccountDefinition, importer: string, wanted: Import): Export | undefined {
  const subject = subjectFromText(wanted.subject);
  if (!isValidPattern(subject)) return undefined;
  const offers = exporter.exports.filter(
    (one): one is StreamExport | ServiceExport =>
      one.kind === wanted.kind && mayTake(one, importer, wanted) && isSubset(subject, subjectFromText(one.subject)),
  );
  // One that names the very subject goes before one that only covers it.
  return offers.find((one) => one.subject === wanted.subject) ?? offers[0];
}

function mayTake(offer: Export, importer: string, wanted: Import): boolean {
  const { accountTokenPosition: position } = offer;
  if (position !== undefined) return wanted.subject.split('.')[position - 1] === importer;
  return offer.accounts === undefined || wanted.activated === true || offer.accounts.includes(importer);
}
