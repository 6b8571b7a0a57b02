import { MemoryStreamStore } from '@skein/storage';
import { expect, it } from 'vitest';
import { ApiError } from '../api-error.ts';
import delivery from '../recorded/consumer/delivery.json' with { type: 'json' };
import pinned from '../recorded/consumer/pinned.json' with { type: 'json' };
import pulling from '../recorded/consumer/pulling.json' with { type: 'json' };
import push from '../recorded/consumer/push.json' with { type: 'json' };
import { type Conversation, shortened, stepMillis, type Verb } from '../recorded/conversation.ts';
import { checkStreamConfig } from '../stream/check-stream-config.ts';
import { headerBlock } from '../stream/header-block.ts';
import { Stream } from '../stream/stream.ts';
import type { StreamConfig } from '../stream/stream-config.ts';
import type { AckSubjectWriter } from './ack-subject.ts';
import { type Delivery, parseAckSubject } from './acknowledgement.ts';
import { checkConsumerConfig } from './check-consumer-config.ts';
import { checkConsumerUpdate, checkMove } from './check-consumer-update.ts';
import { Consumer, type ConsumerCounts, type SequenceInfo } from './consumer.ts';
import type { RequestedConsumer } from './consumer-config.ts';
import { decodeConsumerOperation, encodeConsumerOperation } from './consumer-operation.ts';
import type { ConsumerState } from './consumer-state.ts';
import type { Notice } from './notice.ts';

const LONG = 100;

/** A stream with one consumer; everything is durable at once. */
class Played {
  readonly #stream: Stream;
  #consumer: Consumer | undefined;
  /** Another one from its state. */
  #lead: (state: ConsumerState) => Consumer = () => this.#consumer as Consumer;
  readonly #isRested: boolean;
  #now = 1_790_000_000_000;
  #heard: object[] = [];
  readonly #replies: string[] = [];
  readonly #flows: string[] = [];
  /** By sid: subject and queue group. */
  readonly #subscriptions = new Map<string, readonly [string, string]>();
  #pins = 0;

  /** @param isRested whenever it is idle another one takes its place */
  constructor(own: Partial<StreamConfig> = {}, isRested = false) {
    this.#isRested = isRested;
    const config = checkStreamConfig({ name: 'S', subjects: ['s.>'], storage: 'memory', ...own });
    const store = new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 });
    const effects = {
      stored: (sequence: number, subject: string) => this.#consumer?.stored(sequence, subject),
      removed: (sequence: number, subject: string) => this.#consumer?.removed(sequence, subject),
      purged: (below: number, filter: string) => this.#consumer?.purged(below, filter),
      republish: () => {},
    };
    this.#stream = Stream.create(store, config, effects, { isWanted: () => true });
  }

  play(step: Verb): object[] {
    const [verb, ...rest] = step;
    // Time passes without a turn that nobody asked for.
    if (verb === 'wait') this.#pass(rest[0] as number);
    else this.#act(verb, rest);
    this.#pass(stepMillis(step));
    if (this.#isRested && this.#consumer?.isIdle) this.#consumer = this.#lead(this.#consumer.state);
    const heard = this.#heard;
    this.#heard = [];
    return heard;
  }

  /** The nth delivery comes back from an inbox that nobody hears any more. */
  returned(nth: number, inbox: string): object[] {
    const back = parseAckSubject(this.#replies[nth] as string) as Delivery;
    this.#consumer?.returned(back, (reply) => reply === `in.${inbox}`);
    return this.play(['info']);
  }

  #act(verb: string, rest: unknown[]): void {
    this.#do(verb, rest);
    this.#consumer?.setActive(this.#isActive, this.#now);
    this.#consumer?.run(this.#now);
    this.#settle();
  }

  #do(verb: string, [first, second, third]: unknown[]): void {
    const consumer = this.#consumer as Consumer;
    switch (verb) {
      case 'create':
        this.#create(first as RequestedConsumer);
        return;
      case 'pub':
        this.#stream.publish(first as string, Buffer.from((second as string | undefined) ?? 'x'), 0, ...this.#time());
        return;
      case 'pubs':
        for (let i = 0; i < (second as number); i++) {
          this.#stream.publish(first as string, Buffer.alloc(third as number, 'x'), 0, ...this.#time());
        }
        return;
      case 'flow':
        this.#flow(first as number, (second as string[] | undefined) ?? []);
        return;
      case 'sub':
        this.#subscriptions.set(second as string, [first as string, (third as string | undefined) ?? '']);
        return;
      case 'unsub':
        this.#subscriptions.delete(first as string);
        return;
      case 'next':
        consumer.request(`in.${second ?? 'p'}`, textOf(first), this.#now);
        return;
      case 'ack': {
        const delivery = parseAckSubject(this.#replies[first as number] ?? '');
        const body = (second as string | undefined) ?? '';
        if (delivery !== undefined) {
          consumer.acknowledge(delivery, body, (third as string | undefined) ?? '', this.#now);
        }
        return;
      }
      case 'info':
        consumer.run(this.#now);
        this.#heard.push({ info: timeless(consumer.info(this.#now)) });
        return;
      default:
        this.#request(first as string, (second || undefined) as { seq?: number; group?: string } | undefined);
    }
  }

  #create(requested: RequestedConsumer): void {
    const { store, config: stream } = this.#stream;
    const asked = { ack_policy: 'explicit' as const, ...requested };
    if (this.#consumer !== undefined) {
      const { config, isActive } = this.#consumer;
      try {
        const next = checkConsumerUpdate(config, asked, stream);
        checkMove(config, next, isActive);
        this.#consumer.update(next, this.#now);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
      return;
    }
    const config = checkConsumerConfig(asked, 'C', stream);
    const effects = {
      deliver: (to: string, subject: string, at: AckSubjectWriter, content: Buffer, headerBytes: number) => {
        const reply = `${at}`;
        this.#hear(to, subject, content, headerBytes, reply.replace(/\d{19}/, 'T'), reply);
      },
      status: (to: string, block: Buffer, reply: string) => {
        const stalled = /Nats-Consumer-Stalled: (\S+)/.exec(block.toString())?.[1];
        if (reply !== '' || stalled !== undefined) this.#flows.push(stalled ?? reply);
        this.#hear(to, to, block, block.length, reply);
      },
      confirm: (reply: string) => this.#heard.push({ subject: reply }),
      notice: ({ kind, ...about }: Notice) => this.#notice(kind, about),
      release: () => {},
      letters: () => {},
      newPin: () => `PIN${++this.#pins}`,
    };
    const lastsEnd = store.last;
    this.#lead = (state) =>
      new Consumer(stream, store, this.#consumer?.config ?? config, state, lastsEnd, effects, this.#now);
    this.#consumer = this.#lead(Consumer.newState(store, config));
  }

  #notice(kind: string, about: object): void {
    if (kind === 'resumed') return;
    const notice = kind === 'ack' ? 'consumer_ack' : kind;
    const steady = { ...('pinned_id' in about && { pinned_id: 'PIN' }), ...('ack_time' in about && { ack_time: 'T' }) };
    // A reason that is empty is left out.
    const { reason, ...rest } = { reason: '', ...about };
    this.#heard.push({ notice, ...rest, ...(reason && { reason }), ...steady });
  }

  #flow(nth: number, lines: readonly string[]): void {
    const content = lines.length > 0 ? headerBlock(lines) : Buffer.alloc(0);
    this.#consumer?.flow(this.#flows.at(nth) as string, content, content.length);
  }

  /** Somebody is interested in its subject, in its queue group. */
  get #isActive(): boolean {
    const { deliver_subject, deliver_group = '' } = this.#consumer?.config ?? {};
    return [...this.#subscriptions.values()].some(([on, queue]) => on === deliver_subject && queue === deliver_group);
  }

  #request(to: string, asked: { seq?: number; group?: string; pause_until?: string } = {}): void {
    const { seq, group } = asked;
    const consumer = this.#consumer as Consumer;
    if (to.includes('STREAM.PURGE')) this.#stream.purge({ ...(seq !== undefined && { seq }) });
    else if (to.includes('MSG.DELETE')) this.#stream.deleteMessage(seq as number, true);
    else if (to.includes('UNPIN')) consumer.unpin(group ?? '', 'admin');
    else if (to.includes('CONSUMER.DELETE')) consumer.close('Consumer Deleted');
    else if (to.includes('RESET')) consumer.applyReset(consumer.reset(seq ?? 0, this.#now));
    else if (to.includes('PAUSE')) consumer.pause(asked.pause_until, this.#now);
  }

  /** As often as there are subscriptions for it. */
  #hear(to: string, subject: string, content: Buffer, headerBytes: number, reply: string, ack = ''): void {
    const { deliver_subject } = this.#consumer?.config ?? {};
    const times = to === deliver_subject ? [...this.#subscriptions.values()].filter(([on]) => on === to).length : 1;
    for (let i = 0; i < times; i++) {
      if (ack !== '') this.#replies.push(ack);
      this.#hearOnce(subject, content, headerBytes, reply);
    }
  }

  #hearOnce(subject: string, content: Buffer, headerBytes: number, reply: string): void {
    const body = content.toString('latin1', headerBytes);
    const headers = content.toString('latin1', 0, headerBytes).split('\r\n').filter(Boolean);
    this.#heard.push({
      subject,
      ...(reply && { reply: steady(reply) }),
      ...(headers.length > 0 && { headers: headers.map(steady) }),
      ...(body && { body: body.length > LONG ? `${body.length} bytes` : body }),
    });
  }

  /** What is to be durable, is. */
  #settle(): void {
    const turn = this.#consumer?.takeTurn(this.#now);
    if (turn === undefined) return;
    for (const one of turn.operations) expect(decodeConsumerOperation(encodeConsumerOperation(one))).toEqual(one);
    this.#consumer?.applied(turn);
    this.#consumer?.run(this.#now);
  }

  #pass(millis: number): void {
    const end = this.#now + millis;
    for (let at = this.#consumer?.nextAt ?? end + 1; at <= end; at = this.#consumer?.nextAt ?? end + 1) {
      this.#now = Math.max(this.#now, at);
      this.#consumer?.run(this.#now);
      this.#settle();
    }
    this.#now = end;
  }

  #time(): [number, number] {
    return [Math.floor(this.#now / 1000), (this.#now % 1000) * 1e6];
  }
}

const steady = (line: string): string => line.replace(/PIN\d+$/, 'PIN').replace(/(\$JS\.FC\.S\.C\.)\S+/, '$1ID');
const timeless = (counts: ConsumerCounts): object => {
  const place = (one: SequenceInfo): object => ({ ...one, ...('last_active' in one && { last_active: 'T' }) });
  const { delivered, ack_floor, ...rest } = counts;
  const remaining = 'pause_remaining' in rest && { pause_remaining: 'T' };
  return { delivered: place(delivered), ack_floor: place(ack_floor), ...rest, ...remaining };
};
const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));
/** What happens in one moment may be seen in another order; messages among themselves may not. */
const ordered = (heard: readonly object[]): object[] => [
  ...heard.filter((one) => 'reply' in one),
  ...heard
    .filter((one) => !('reply' in one))
    .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
];

const recorded = { ...delivery, ...pulling, ...pinned, ...push } as unknown as Record<string, Conversation>;

const each = Object.entries(recorded).flatMap(([name, conversation]) => [
  { name, isRested: false, ...conversation },
  { name: `${name}, rested in between`, isRested: true, ...conversation },
]);

it.each(each)('$name', ({ stream, steps, isRested }) => {
  const played = new Played(stream as Partial<StreamConfig>, isRested);
  for (const step of steps)
    expect({ do: step.do, heard: ordered(shortened(played.play(step.do))) }).toEqual({
      do: step.do,
      heard: ordered(step.heard),
    });
});

it('a turn has an end; the next one goes on', () => {
  const played = new Played();
  played.play(['create', {}]);
  for (let i = 0; i < 600; i++) played.play(['pub', 's.a']);
  const heard = played.play(['next', { batch: 600, no_wait: true }]);
  expect(heard.filter((one) => 'reply' in one)).toHaveLength(600);
});

const HOUR = 3_600_000_000_000;
const group = { priority_groups: ['A'], priority_policy: 'pinned_client', priority_timeout: HOUR };
const pinsIn = (heard: object[]): unknown[] =>
  heard.flatMap((one) => ('notice' in one ? [one.notice] : 'reply' in one ? [one.reply] : []));

it('a group pinned to one who was gone before he knew goes to the next one', () => {
  const played = new Played();
  played.play(['create', group]);
  played.play(['next', { batch: 10, group: 'A' }, 'gone']);
  played.play(['next', { batch: 10, group: 'A' }, 'there']);
  expect(pinsIn(played.play(['pub', 's.a']))).toEqual(['pinned', '$JS.ACK.S.C.1.1.1.T.0']);
  expect(pinsIn(played.returned(0, 'gone'))).toEqual(['pinned', '$JS.ACK.S.C.1.1.2.T.0']);
});

it('a group stays pinned to one who is gone until he has not asked for long enough: he may be back', () => {
  const played = new Played();
  played.play(['create', group]);
  played.play(['next', { batch: 10, group: 'A' }, 'gone']);
  played.play(['next', { batch: 10, group: 'A' }, 'there']);
  played.play(['pub', 's.a']);
  played.play(['pub', 's.b']);
  expect(pinsIn(played.returned(1, 'gone'))).toEqual([]);
  expect(pinsIn(played.play(['wait', HOUR / 1e6]))).toEqual([
    'unpinned',
    'pinned',
    '$JS.ACK.S.C.1.2.3.T.0',
    '$JS.ACK.S.C.2.1.4.T.0',
  ]);
});
