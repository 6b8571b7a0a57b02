import type { ApiError } from '../api-error.ts';
import type { StreamSource, Transform } from './stream-config.ts';

/** How far a stream is with one of its origins, as info says it. */
export interface SourceProgress {
  /** Messages there that are not here yet. */
  readonly lag: number;
  /** The origin's sequence that was taken last; 0: none, or it is a mirror's. */
  readonly seq: number;
  /** Nanoseconds since the origin was heard of; -1: never. */
  readonly active: number;
  readonly error: ApiError | undefined;
}

/** ADR-59 */
export interface SourceInfo {
  name: string;
  external?: { api: string; deliver: string };
  lag: number;
  seq?: number;
  active: number;
  error?: object;
  filter_subject?: string;
  subject_transforms?: Transform[];
}

export function sourceInfo(source: StreamSource, { lag, seq, active, error }: SourceProgress): SourceInfo {
  const { name, external, filter_subject, subject_transforms } = source;
  return {
    name,
    ...(external && { external }),
    lag,
    ...(seq > 0 && { seq }),
    active,
    ...(error && { error: error.toJSON() }),
    ...(filter_subject && { filter_subject }),
    ...(subject_transforms?.length && { subject_transforms }),
  };
}
