import { MemoryStreamStore } from '@skein/storage';
import { expect, it } from 'vitest';
import recorded from '../recorded/consumer/delivery.json' with { type: 'json' };
import { checkStreamConfig } from '../stream/check-stream-config.ts';
import { Stream } from '../stream/stream.ts';
import type { StreamConfig } from '../stream/stream-config.ts';
import { parseAckSubject } from './acknowledgement.ts';
import { checkConsumerConfig } from './check-consumer-config.ts';
import { Consumer } from './consumer.ts';
import type { RequestedConsumer } from './consumer-config.ts';
import { decodeConsumerOperation, encodeConsumerOperation } from './consumer-operation.ts';

/** A verb with what it needs; every step takes 30 ms. */
type Verb = [string, ...unknown[]];
interface Step {
  do: Verb;
  heard: object[];
}
interface Scenario {
  stream?: Partial<StreamConfig>;
  steps: Step[];
}

const STEP_MILLIS = 30;

/** A stream with one consumer; everything is durable at once. */
class Played {
  readonly #stream: Stream;
  #consumer: Consumer | undefined;
  #now = 1_790_000_000_000;
  #heard: object[] = [];
  readonly #replies: string[] = [];
  #pins = 0;

  constructor(own: Partial<StreamConfig> = {}) {
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

  play([verb, ...rest]: Verb): object[] {
    this.#do(verb, rest);
    this.#settle();
    this.#pass(STEP_MILLIS);
    const heard = this.#heard;
    this.#heard = [];
    return heard;
  }

  #do(verb: string, [first, second, third]: unknown[]): void {
    const consumer = this.#consumer as Consumer;
    switch (verb) {
      case 'create':
        this.#create(first as RequestedConsumer);
        return;
      case 'pub':
        this.#stream.publish(first as string, Buffer.from((second as string | undefined) ?? 'x'), 0, ...this.#time());
        this.#consumer?.run(this.#now);
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
        this.#heard.push({ info: consumer.info(this.#now) });
        return;
      case 'wait':
        this.#pass(first as number);
        return;
      default:
        this.#request(first as string, second as { seq?: number; group?: string });
    }
  }

  #create(requested: RequestedConsumer): void {
    const { store } = this.#stream;
    const config = checkConsumerConfig({ ack_policy: 'explicit', ...requested }, 'C', this.#stream.config);
    this.#consumer = new Consumer('S', store, config, Consumer.newState(store, config), store.last, {
      deliver: (_to, subject, reply, content, headerBytes) => {
        this.#replies.push(reply);
        this.#hear(subject, content, headerBytes, reply.replace(/\d{19}/, 'T'));
      },
      status: (to, block) => this.#hear(to, block, block.length),
      confirm: (reply) => this.#heard.push({ subject: reply }),
      notice: ({ kind, ...about }) =>
        this.#heard.push({ notice: kind, ...about, ...('pinned_id' in about && { pinned_id: 'PIN' }) }),
      release: () => {},
      newPin: () => `PIN${++this.#pins}`,
    });
  }

  #request(to: string, { seq, group }: { seq?: number; group?: string } = {}): void {
    const consumer = this.#consumer as Consumer;
    if (to.includes('STREAM.PURGE')) this.#stream.purge({ ...(seq !== undefined && { seq }) });
    else if (to.includes('MSG.DELETE')) this.#stream.deleteMessage(seq as number, true);
    else if (to.includes('UNPIN')) consumer.unpin(group ?? '', 'admin', this.#now);
    else if (to.includes('CONSUMER.DELETE')) consumer.close('Consumer Deleted');
    else if (to.includes('RESET')) consumer.applyReset(consumer.reset(seq ?? 0, this.#now), this.#now);
    this.#consumer?.run(this.#now);
  }

  #hear(subject: string, content: Buffer, headerBytes: number, reply?: string): void {
    const body = content.toString('latin1', headerBytes);
    const headers = content.toString('latin1', 0, headerBytes).split('\r\n').filter(Boolean);
    this.#heard.push({
      subject,
      ...(reply && { reply }),
      ...(headers.length > 0 && { headers: headers.map((line) => line.replace(/PIN\d+$/, 'PIN')) }),
      ...(body && { body }),
    });
  }

  /** What is to be durable, is. */
  #settle(): void {
    const turn = this.#consumer?.takeTurn(this.#now);
    if (turn === undefined) return;
    for (const one of turn.operations) expect(decodeConsumerOperation(encodeConsumerOperation(one))).toEqual(one);
    this.#consumer?.applied(turn, this.#now);
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

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));
/** What happens in one moment may be seen in another order; messages among themselves may not. */
const ordered = (heard: readonly object[]): object[] => [
  ...heard.filter((one) => 'reply' in one),
  ...heard
    .filter((one) => !('reply' in one))
    .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
];

it.each(Object.entries(recorded as unknown as Record<string, Scenario>))('%s', (_, { stream, steps }) => {
  const played = new Played(stream);
  for (const step of steps)
    expect({ do: step.do, heard: ordered(played.play(step.do)) }).toEqual({ do: step.do, heard: ordered(step.heard) });
});

it('a turn has an end; the next one goes on', () => {
  const played = new Played();
  played.play(['create', {}]);
  for (let i = 0; i < 600; i++) played.play(['pub', 's.a']);
  const heard = played.play(['next', { batch: 600, no_wait: true }]);
  expect(heard.filter((one) => 'reply' in one)).toHaveLength(600);
});
