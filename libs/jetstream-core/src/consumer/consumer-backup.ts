import { ConsumerState } from './consumer-state.ts';

/** A place as nats-server has it. */
interface SequencePair {
  readonly consumer_seq: number;
  readonly stream_seq: number;
}

/** What a consumer has delivered, as nats-server writes it into backups. */
export interface ConsumerBackup {
  readonly delivered: SequencePair;
  readonly ack_floor: SequencePair;
  /** By sequence in the stream. `Sequence` is the first delivery's, `Timestamp` in nanoseconds. */
  readonly pending?: Readonly<Record<string, { readonly Sequence: number; readonly Timestamp: number }>>;
  /** How often after the first time. */
  readonly redelivered?: Readonly<Record<string, number>>;
}

const MILLISECOND = 1_000_000;

export function backUpConsumer(state: ConsumerState): ConsumerBackup {
  const pending: Record<string, { Sequence: number; Timestamp: number }> = {};
  const redelivered: Record<string, number> = {};
  state.pending.forEach((place) => {
    const sequence = state.pending.sequence(place);
    const millis = state.pending.millis(place);
    pending[sequence] = {
      Sequence: state.pending.consumerSequence(place),
      Timestamp: Math.round(millis * MILLISECOND),
    };
    const deliveries = state.deliveries(sequence);
    if (deliveries > 1) redelivered[sequence] = deliveries - 1;
  });
  return {
    delivered: { consumer_seq: state.delivered.consumer, stream_seq: state.delivered.stream },
    ack_floor: { consumer_seq: state.floor.consumer, stream_seq: state.floor.stream },
    ...(Object.keys(pending).length > 0 && { pending }),
    ...(Object.keys(redelivered).length > 0 && { redelivered }),
  };
}

/** Undefined when nothing was delivered: it begins where its configuration says. @throws RangeError */
export function restoreConsumer(awaitsAcks: boolean, backup: ConsumerBackup): ConsumerState | undefined {
  const { delivered, ack_floor, pending = {}, redelivered = {} } = backup;
  if (delivered.consumer_seq === 0 && delivered.stream_seq === 0) return undefined;
  return ConsumerState.at(awaitsAcks, {
    delivered: { consumer: delivered.consumer_seq, stream: delivered.stream_seq },
    floor: { consumer: ack_floor.consumer_seq, stream: ack_floor.stream_seq },
    pending: Object.entries(pending)
      .map(([sequence, { Sequence, Timestamp }]) => ({
        sequence: Number(sequence),
        consumerSequence: Sequence,
        millis: Timestamp / MILLISECOND,
      }))
      .sort((a, b) => a.sequence - b.sequence),
    redelivered: Object.entries(redelivered).map(([sequence, times]) => [Number(sequence), times + 1] as const),
  });
}
