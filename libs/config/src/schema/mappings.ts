import { Mapper, type Mapping, type MappingDestination, MappingError } from '@skein/accounts';
import { isValidPattern, subjectFromText } from '@skein/subjects';
import type { Value } from '../lang/value.ts';
import { percentage } from './percentage.ts';
import { asMap, asString, failAt, keys, type Problems, readBlock } from './reader.ts';

/** Mappings of an account: source subjects, each with a destination or several with weights. */
export function readMappings(value: Value, problems: Problems): Mapping[] {
  const mappings: Mapping[] = [];
  for (const [source, entry] of asMap(value).value) {
    problems.collect(() => {
      if (!isValidPattern(subjectFromText(source))) failAt(value.at, `Subject "${source}" is not a valid subject`);
      const mapping = readMapping(source, entry, problems);
      if (mapping !== undefined) mappings.push(mapping);
    });
  }
  return mappings;
}

function readMapping(source: string, entry: Value, problems: Problems): Mapping | undefined {
  const mapping: Mapping = { source, destinations: [] };
  let isBroken = false;
  const items = entry.type === '[]interface {}' ? entry.value : [entry];
  for (const item of items) {
    if (item.type === 'string' && item === entry) mapping.destinations.push({ subject: item.value, weight: 100 });
    else {
      const destination = problems.collect(() => readDestination(item, problems));
      if (destination === undefined) isBroken = true;
      else if (destination.subject !== '') mapping.destinations.push(destination);
    }
  }
  if (isBroken) return undefined;
  try {
    new Mapper([mapping]);
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    failAt(entry.at, error.message);
  }
  return mapping;
}

/** Undefined: what is wrong with it was said. */
function readDestination(value: Value, problems: Problems): MappingDestination | undefined {
  if (value.type !== 'map[string]interface {}')
    return failAt(value.at, 'Expected an entry for the mapping destination');
  const entry: Partial<MappingDestination> = {};
  const faults = problems.errors.length;
  readBlock(value, DESTINATION_KEYS, entry, problems, (key) => `Unknown field "${key}" for mapping destination`);
  if (problems.errors.length > faults) return undefined;
  const { subject = '', weight, cluster } = entry;
  if (weight === undefined) {
    return failAt(value.at, `Missing weight for mapping destination ${JSON.stringify(subject)}`);
  }
  return { subject, weight, ...(cluster === undefined ? {} : { cluster }) };
}

const DESTINATION_KEYS = keys<Partial<MappingDestination>>({
  'dest destination': (value, entry) => {
    entry.subject = asString(value);
  },
  weight: (value, entry) => {
    const weight = percentage(value);
    if (weight === undefined) failAt(value.at, `Invalid weight ${JSON.stringify(value.value)} for mapping destination`);
    else if (weight < 0 || weight > 100) failAt(value.at, `Invalid weight ${weight} for mapping destination`);
    else entry.weight = weight;
  },
  cluster: (value, entry) => {
    entry.cluster = asString(value);
  },
});
