import { hasWildcard, matches, SubjectTransform, subjectFromText, TransformError } from '@skein/subjects';
import type { Mapping } from './definition.ts';

export interface MappingChoice {
  /** Of a hundred messages. */
  weight: number;
  /** As configured, latin1. */
  destination: string;
  /** Null: the subject stays as it is. */
  transform: SubjectTransform | null;
}

/** One mapping, ready: which of its choices a message takes is drawn by weight. */
export interface CompiledMapping {
  /** Latin1. */
  readonly source: string;
  /** Together at most 100: a message that draws none is dropped (a mapping to the subject itself says how much stays). */
  readonly choices: readonly MappingChoice[];
}

/** The mappings of an account for a server of one cluster (or of none). */
export class Mapper {
  readonly #literals = new Map<string, CompiledMapping>();
  readonly #patterns: CompiledMapping[] = [];

  /** @throws MappingError */
  constructor(mappings: readonly Mapping[], cluster?: string) {
    for (const mapping of mappings) {
      const compiled = compileMapping(mapping, cluster);
      if (compiled === undefined) continue;
      if (hasWildcard(compiled.source)) this.#patterns.push(compiled);
      else this.#literals.set(compiled.source, compiled);
    }
  }

  get isEmpty(): boolean {
    return this.#literals.size === 0 && this.#patterns.length === 0;
  }

  /** The mapping of a subject (latin1): one that names it, else the first that covers it. */
  find(subject: string): CompiledMapping | undefined {
    return this.#literals.get(subject) ?? this.#patterns.find(({ source }) => matches(source, subject));
  }
}

/** A mapping can't be; the message is nats-server's. */
export class MappingError extends Error {}

/**
 * Undefined: in this cluster it maps nothing.
 *
 * @throws MappingError
 */
function compileMapping(mapping: Mapping, cluster: string | undefined): CompiledMapping | undefined {
  const source = subjectFromText(mapping.source);
  const byCluster = new Map<string | undefined, MappingChoice[]>();
  for (const [index, { subject, weight, cluster: scope }] of mapping.destinations.entries()) {
    const choices = byCluster.get(scope) ?? [];
    byCluster.set(scope, choices);
    const choice = { weight, destination: subjectFromText(subject), transform: transformOf(mapping, index) };
    if (choices.some(({ destination }) => destination === choice.destination)) {
      throw new MappingError(`Error adding mapping for "${mapping.source}" : duplicate entry for "${subject}"`);
    }
    choices.push(choice);
    if (sum(choices) > 100) {
      throw new MappingError(`Error adding mapping for "${mapping.source}" : total weight needs to be <= 100`);
    }
  }
  const choices = (cluster === undefined ? undefined : byCluster.get(cluster)) ?? byCluster.get(undefined);
  if (choices === undefined) return undefined;
  // What is not mapped stays as it is, unless the subject is among its own destinations.
  const weight = 100 - sum(choices);
  if (weight > 0 && !choices.some(({ destination }) => destination === source)) {
    choices.push({ weight, destination: source, transform: null });
  }
  return { source, choices };
}

function sum(choices: readonly MappingChoice[]): number {
  return choices.reduce((total, { weight }) => total + weight, 0);
}

function transformOf({ source, destinations }: Mapping, index: number): SubjectTransform | null {
  const { subject } = destinations[index];
  if (subject === source) return null;
  try {
    return new SubjectTransform(subjectFromText(source), subjectFromText(subject));
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    throw new MappingError(`Error adding mapping for "${source}" to "${subject}" : ${error.message}`);
  }
}
