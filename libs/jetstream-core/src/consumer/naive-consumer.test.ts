import { MemoryStreamStore } from '@skein/storage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkStreamConfig } from '../stream/check-stream-config.ts';
import { Stream } from '../stream/stream.ts';
import { checkConsumerConfig } from './check-consumer-config.ts';
import { Consumer } from './consumer.ts';
import type { RequestedConsumer } from './consumer-config.ts';
import { decodeConsumerOperation, encodeConsumerOperation } from './consumer-operation.ts';
import { ConsumerState } from './consumer-state.ts';
import type { ConsumerTurn } from './consumer-turn.ts';

type Step =
  | { do: 'publish'; subject: string }
  | { do: 'delete' | 'purge'; sequence: number }
  | { do: 'purge subject'; subject: string }
  | { do: 'pull'; batch: number }
  /** Somebody is interested in what is pushed, or nobody any more. */
  | { do: 'interest'; isThere: boolean }
  /** What was given comes back. */
  | { do: 'return'; nth: number }
  | { do: 'reset'; sequence: number }
  | { do: 'ack' | 'nak' | 'term'; nth: number }
  | { do: 'pass'; millis: number }
  /** The journal has caught up: what was acknowledged counts. */
  | { do: 'sync' }
  | { do: 'save' }
  | { do: 'rest' }
  /** Everything goes that was not in the journal, or not all of it. */
  | { do: 'crash'; kept: number };

const subject = fc.constantFrom('s.a', 's.b', 's.c');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('publish' as const), subject }) },
  fc.record({ do: fc.constantFrom('delete' as const, 'purge' as const), sequence: fc.nat(25) }),
  fc.record({ do: fc.constant('purge subject' as const), subject }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pull' as const), batch: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('interest' as const), isThere: fc.boolean() }) },
  fc.record({ do: fc.constant('return' as const), nth: fc.nat(9) }),
  fc.record({ do: fc.constant('reset' as const), sequence: fc.nat(25) }),
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('ack' as const, 'nak' as const, 'term' as const), nth: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), millis: fc.nat(1500) }) },
  { weight: 4, arbitrary: fc.constant({ do: 'sync' as const }) },
  fc.constant({ do: 'save' as const }),
  { weight: 2, arbitrary: fc.constant({ do: 'rest' as const }) },
  fc.record({ do: fc.constant('crash' as const), kept: fc.nat(100) }),
);
const config: fc.Arbitrary<RequestedConsumer> = fc.record({
  ack_policy: fc.constantFrom('explicit' as const, 'all' as const, 'none' as const),
  filter_subjects: fc.constantFrom([], ['s.a'], ['s.a', 's.c'], ['s.*']),
  max_ack_pending: fc.constantFrom(-1, 3),
  max_deliver: fc.constantFrom(-1, 2),
  ack_wait: fc.constant(1e9),
  deliver_subject: fc.constantFrom('', 'd'),
});

/** A consumer on a stream, whose journal may lose what it was not told to keep. */
class Crashing {
  readonly #stream: Stream;
  readonly #requested: RequestedConsumer;
  #consumer: Consumer;
  #now = 1_790_000_000_000;
  readonly #given: { sequence: number; deliveries: number; consumerSequence: number }[] = [];
  /** As bytes: what the journal has, and how much of it is durable. */
  readonly #journal: Buffer[] = [];
  #synced = 0;
  #turns: ConsumerTurn[] = [];
  /** A state on disk, with the number of the last operation applied to it. */
  #saved: { bytes: Buffer; applied: number };
  floor = 0;

  constructor(requested: RequestedConsumer) {
    this.#requested = requested;
    const effects = {
      stored: (sequence: number, on: string) => this.#consumer.stored(sequence, on),
      removed: (sequence: number, on: string) => this.#consumer.removed(sequence, on),
      purged: (below: number, filter: string) => this.#consumer.purged(below, filter),
      republish: () => {},
    };
    const checked = checkStreamConfig({ name: 'S', subjects: ['s.>'] });
    const store = new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 });
    this.#stream = Stream.create(store, checked, effects, { isWanted: () => true });
    const state = Consumer.newState(store, this.#config);
    this.#saved = { bytes: state.save(), applied: 0 };
    this.#consumer = this.#open(state);
  }

  play(one: Step): void {
    this.#now += 1;
    const { store } = this.#stream;
    switch (one.do) {
      case 'publish':
        this.#stream.publish(one.subject, Buffer.from('x'), 0, Math.floor(this.#now / 1000), 0);
        break;
      case 'delete':
        if (store.get(one.sequence) !== undefined) this.#stream.deleteMessage(one.sequence, false);
        break;
      case 'purge':
        this.#stream.purge({ seq: one.sequence });
        break;
      case 'purge subject':
        this.#stream.purge({ filter: one.subject });
        break;
      case 'interest':
        this.#consumer.setActive(one.isThere, this.#now);
        break;
      case 'return': {
        const given = this.#given[one.nth];
        if (given !== undefined) this.#consumer.returned(given, () => true);
        break;
      }
      case 'reset':
        this.#sync();
        this.#reset(one.sequence);
        break;
      case 'pull':
        this.#consumer.request('in', JSON.stringify({ batch: one.batch, no_wait: true }), this.#now);
        break;
      case 'pass':
        this.#now += one.millis;
        break;
      case 'sync':
        this.#sync();
        break;
      case 'save':
        this.#sync();
        this.#saved = { bytes: this.#consumer.state.save(), applied: this.#journal.length };
        break;
      case 'rest':
        // What it said last may be on its way to the disk yet.
        if (this.#consumer.isIdle) this.#consumer = this.#open(this.#consumer.state);
        break;
      case 'crash':
        this.#crash(one.kept);
        break;
      default: {
        const given = this.#given[one.nth];
        const said = { ack: '+ACK', nak: '-NAK', term: '+TERM' }[one.do];
        if (given !== undefined) this.#consumer.acknowledge(given, said, '', this.#now);
      }
    }
    this.#consumer.run(this.#now);
    this.#take();
  }

  /** What there is to deliver, counted and as it is. */
  counts(): [number, number] {
    const { store } = this.#stream;
    const { delivered } = this.#consumer.state;
    let count = 0;
    for (let at = store.next(delivered.stream + 1); at > 0; at = store.next(at + 1)) {
      const filters = this.#requested.filter_subjects ?? [];
      const on = store.get(at)?.subject ?? '';
      if (filters.length === 0 || filters.includes(on) || filters.includes('s.*')) count++;
    }
    return [this.#consumer.info(this.#now).num_pending, count];
  }

  get floorNow(): number {
    return this.#consumer.state.floor.stream;
  }

  get #config(): ReturnType<typeof checkConsumerConfig> {
    const { max_ack_pending, ...rest } = this.#requested;
    // Who pushes and is not told what was taken has no such limit.
    const isUnlimited = rest.ack_policy === 'none' && rest.deliver_subject !== undefined;
    const requested = isUnlimited ? rest : { ...rest, max_ack_pending };
    return checkConsumerConfig(requested, 'C', checkStreamConfig({ name: 'S', subjects: ['s.>'] }));
  }

  #open(state: ConsumerState): Consumer {
    return new Consumer(
      this.#stream.config,
      this.#stream.store,
      this.#config,
      state,
      0,
      {
        deliver: (_to, _subject, reply) => {
          const [deliveries, sequence, consumerSequence] = `${reply}`.split('.').slice(4).map(Number) as [
            number,
            number,
            number,
          ];
          this.#given.unshift({ deliveries, sequence, consumerSequence });
        },
        status: () => {},
        confirm: () => {},
        notice: () => {},
        release: () => {},
        letters: () => {},
        newPin: () => '',
      },
      this.#now,
    );
  }

  /** It is durable at once. */
  #reset(sequence: number): void {
    const operation = this.#consumer.reset(sequence, this.#now);
    this.#journal.push(encodeConsumerOperation(operation));
    this.#synced = this.#journal.length;
    this.#consumer.applyReset(operation);
    this.floor = this.floorNow;
  }

  #take(): void {
    const turn = this.#consumer.takeTurn(this.#now);
    if (turn === undefined) return;
    this.#turns.push(turn);
    this.#journal.push(...turn.operations.map(encodeConsumerOperation));
  }

  #sync(): void {
    this.#take();
    this.#synced = this.#journal.length;
    for (const turn of this.#turns.splice(0)) this.#consumer.applied(turn);
    this.floor = Math.max(this.floor, this.floorNow);
  }

  /** The stream's own changes are all there; of the consumer's, what was synced and some of the rest. */
  #crash(kept: number): void {
    const end = Math.min(this.#journal.length, this.#synced + kept);
    this.#journal.length = end;
    this.#synced = end;
    this.#turns = [];
    const state = ConsumerState.load(this.#requested.ack_policy !== 'none', this.#saved.bytes);
    for (const bytes of this.#journal.slice(this.#saved.applied)) state.apply(decodeConsumerOperation(bytes));
    this.#consumer = this.#open(state);
    // As the stream's changes, applied again, would have it.
    this.#consumer.purged(this.#stream.store.first, '');
    this.#consumer.purged(this.#stream.store.last + 1, '>');
  }
}

it('what is pending is what a naive count says; no floor that was durable goes back, however it crashes', () => {
  fc.assert(
    fc.property(config, fc.array(step, { maxLength: 60, size: 'max' }), (requested, steps) => {
      const crashing = new Crashing(requested);
      for (const one of steps) {
        crashing.play(one);
        const [counted, naive] = crashing.counts();
        expect(counted).toBe(naive);
        expect(crashing.floorNow).toBeGreaterThanOrEqual(crashing.floor);
      }
    }),
    { numRuns: Number(process.env.SEEDS ?? 300) },
  );
});
