import { isValidPattern, subjectFromText } from '@skein/subjects';
import type { AccountDefinition, Export, Import, ServiceExport } from './definition.ts';
import { PatternIndex } from './pattern-index.ts';

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
  const offers = indexOf(exporter.exports)
    .covering(subject)
    .filter((one) => one.kind === wanted.kind && mayTake(one, importer, wanted));
  // One that names the very subject goes before one that only covers it.
  return offers.find((one) => one.subject === wanted.subject) ?? offers[0];
}

/** Of each list of exports, made when first asked: a hub with thousands is asked thousands of times. */
const indexes = new WeakMap<readonly Export[], PatternIndex<Export>>();

function indexOf(exports: readonly Export[]): PatternIndex<Export> {
  let index = indexes.get(exports);
  if (index === undefined) {
    index = new PatternIndex();
    for (const one of exports) index.add(subjectFromText(one.subject), one);
    indexes.set(exports, index);
  }
  return index;
}

function mayTake(offer: Export, importer: string, wanted: Import): boolean {
  const { accountTokenPosition: position } = offer;
  if (position !== undefined) return wanted.subject.split('.')[position - 1] === importer;
  return offer.accounts === undefined || wanted.activated === true || offer.accounts.includes(importer);
}
