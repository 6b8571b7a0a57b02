import type { Original } from './original.ts';
import type { Publication } from './publication.ts';
import type { Purge, Stream } from './stream.ts';
import type { StreamConfig } from './stream-config.ts';

/** What changes a stream; what a journal's record says. */
export type Operation =
  | ({ readonly kind: 'publish' } & Publication)
  /** An atomic batch, whole. */
  | { readonly kind: 'batch'; readonly id: string; readonly messages: readonly Publication[] }
  /** Messages of an origin, as `Stream.ingest` takes them. */
  | {
      readonly kind: 'ingest';
      readonly key: string;
      readonly identity: string;
      readonly messages: readonly Original[];
    }
  /** The sequences up to this one are given away: what comes before them at the origin is not wanted. */
  | { readonly kind: 'skip'; readonly through: number }
  | ({ readonly kind: 'purge' } & Purge)
  | { readonly kind: 'delete'; readonly sequence: number; readonly secure: boolean }
  /** The configuration as it will be. */
  | { readonly kind: 'update'; readonly config: StreamConfig }
  /** What is too old at the operation's time goes. */
  | { readonly kind: 'expire' }
  /** Consumers have no more use for these. */
  | { readonly kind: 'release'; readonly sequences: readonly number[] };

/**
 * Changes the stream. What became of a publish or a batch is in `stream.outcome`.
 *
 * @returns the sequence of a publish or batch, the last sequence at the origin of what was taken in, how many messages a purge removed, otherwise 0
 * @throws ApiError what a purge or delete answers to whoever asked for it; why nothing can be taken in
 */
export function applyOperation(stream: Stream, operation: Operation, seconds: number, nanos: number): number {
  switch (operation.kind) {
    case 'publish':
      return stream.publish(operation.subject, operation.content, operation.headerBytes, seconds, nanos, operation.run);
    case 'batch':
      return stream.commitBatch(operation.id, operation.messages, seconds, nanos);
    case 'ingest':
      return stream.ingest(operation.key, operation.identity, operation.messages, seconds, nanos);
    case 'skip':
      stream.store.skipTo(operation.through);
      return 0;
    case 'purge':
      return stream.purge(operation);
    case 'delete':
      stream.deleteMessage(operation.sequence, operation.secure);
      return 0;
    case 'update':
      stream.update(operation.config);
      return 0;
    case 'expire':
      stream.expire(seconds, nanos);
      return 0;
    case 'release':
      for (const sequence of operation.sequences) stream.release(sequence);
      return 0;
  }
}
