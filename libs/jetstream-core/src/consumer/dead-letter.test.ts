import { MemoryStreamStore } from '@skein/storage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apiErrors } from '../api-error.ts';
import { checkStreamConfig } from '../stream/check-stream-config.ts';
import { headerOf } from '../stream/header-block.ts';
import { Stream } from '../stream/stream.ts';
import type { AckSubjectWriter } from './ack-subject.ts';
import { checkConsumerConfig } from './check-consumer-config.ts';
import { Consumer } from './consumer.ts';
import { decodeConsumerOperation, encodeConsumerOperation } from './consumer-operation.ts';
import { ConsumerState } from './consumer-state.ts';
import type { ConsumerTurn } from './consumer-turn.ts';
import { letterFor, letterKey } from './dead-letter.ts';

const START = 1_790_000_000_000;
const sender = { stream: 'S', consumer: 'C', identity: '1' };
const requested = {
  ack_policy: 'explicit',
  ack_wait: 1e9,
  max_deliver: 2,
  metadata: { 'skein.dead_letter': 'dead' },
} as const;

const newStream = (name: string, subjects: string[], stored: (sequence: number, subject: string) => void): Stream => {
  const effects = { stored, removed: () => {}, purged: () => {}, republish: () => {} };
  const store = new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 });
  return Stream.create(store, checkStreamConfig({ name, subjects }), effects, { isWanted: () => true });
};

/** A consumer with dead letters, whose node may be killed between any two steps. */
class Node {
  readonly stream = newStream('S', ['s'], (...message) => this.consumer.stored(...message));
  readonly target = newStream('D', ['dead'], () => {});
  readonly config = checkConsumerConfig(requested, 'C', this.stream.config);
  consumer: Consumer;
  now = START;
  #turns: ConsumerTurn[] = [];
  readonly #journal: Buffer[] = [];
  #saved: { bytes: Buffer; applied: number };
  readonly given: number[] = [];
  released = new Set<number>();

  constructor() {
    const state = Consumer.newState(this.stream.store, this.config);
    this.#saved = { bytes: state.save(), applied: 0 };
    this.consumer = this.#open(state);
  }

  #open(state: ConsumerState): Consumer {
    const effects = {
      deliver: (_to: string, _subject: string, reply: AckSubjectWriter) =>
        this.given.push(Number(`${reply}`.split('.')[5])),
      status: () => {},
      confirm: () => {},
      notice: () => {},
      letters: () => {},
      release: (sequence: number) => this.#release(sequence),
      newPin: () => '',
    };
    return new Consumer(this.stream.config, this.stream.store, this.config, state, 0, effects, this.now);
  }

  #release(sequence: number): void {
    this.released.add(sequence);
    this.stream.store.remove(sequence, false);
  }

  publish(): void {
    const headers = 'NATS/1.0\r\nA: b\r\nNats-Msg-Id: 7\r\n\r\n';
    this.stream.publish('s', Buffer.from(`${headers}x`), headers.length, this.now / 1000, 0);
  }

  pull(): void {
    this.consumer.request('in', '{"batch":2,"no_wait":true}', this.now);
  }

  say(nth: number, body: string): void {
    const sequence = this.given[nth];
    if (sequence === undefined) return;
    this.consumer.acknowledge({ sequence, consumerSequence: 1, deliveries: 1 }, body, '', this.now);
  }

  take(): void {
    this.consumer.run(this.now);
    const turn = this.consumer.takeTurn(this.now);
    if (turn !== undefined) this.#turns.push(turn);
  }

  sync(): void {
    for (const turn of this.#turns.splice(0)) {
      this.#journal.push(...turn.operations.map(encodeConsumerOperation));
      this.consumer.applied(turn);
    }
  }

  /** What is on its way, to the target. @param isBuried the consumer comes to know of it */
  send(isBuried: boolean): void {
    const { state } = this.consumer;
    let number = state.firstLetter;
    const messages = [...state.letters].map((letter) => {
      const message = this.stream.store.get(letter.sequence);
      if (message === undefined) throw new Error('it is kept until it has arrived');
      return letterFor(number++, letter, message, sender, 'dead');
    });
    if (messages.length === 0) return;
    const through = this.target.ingest(letterKey(sender), sender.identity, messages, this.now / 1000, 0);
    if (!isBuried) return;
    const operation = { kind: 'buried' as const, number: through, millis: this.now };
    for (const sequence of state.lettersThrough(through)) this.stream.store.remove(sequence, false);
    this.#journal.push(encodeConsumerOperation(operation));
    state.apply(operation);
  }

  save(): void {
    this.sync();
    this.#saved = { bytes: this.consumer.state.save(), applied: this.#journal.length };
  }

  crash(): void {
    this.#turns = [];
    const state = ConsumerState.load(true, this.#saved.bytes);
    for (const bytes of this.#journal.slice(Math.max(0, this.#saved.applied - 3)))
      state.apply(decodeConsumerOperation(bytes));
    this.consumer = this.#open(state);
  }

  /** Sequences of the messages that arrived. */
  get arrived(): number[] {
    const { store } = this.target;
    const all: number[] = [];
    for (let at = store.next(1); at > 0; at = store.next(at + 1)) {
      const { content, headerBytes } = store.get(at) as { content: Buffer; headerBytes: number };
      all.push(Number(headerOf(content, headerBytes, 'Skein-Dead-Letter-Sequence')));
    }
    return all;
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constantFrom('publish', 'pull', 'pass', 'sync', 'save', 'crash', 'send', 'send and die') }),
  fc.record({ do: fc.constant('say'), nth: fc.nat(9), body: fc.constantFrom('+ACK', '+TERM', '-NAK') }),
);

function play(node: Node, { do: verb, nth = 0, body = '' }: { do: string; nth?: number; body?: string }): void {
  if (verb === 'publish') node.publish();
  else if (verb === 'pull') node.pull();
  else if (verb === 'pass') node.now += 1500;
  else if (verb === 'sync') node.sync();
  else if (verb === 'save') node.save();
  else if (verb === 'crash') node.crash();
  else if (verb === 'say') node.say(nth, body);
  else node.send(verb === 'send');
  if (verb === 'send and die') node.crash();
  node.take();
}

it('moves each message once that nobody could handle, and none that somebody did, wherever it is killed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const node = new Node();
      for (const one of steps) play(node, one);
      // Nobody acknowledges anything any more: in the end each message is either acknowledged or moved.
      for (let round = 0; round < 40; round++) {
        for (const verb of ['pull', 'sync', 'send', 'pass']) play(node, { do: verb });
      }
      const { arrived } = node;
      expect(new Set(arrived).size).toBe(arrived.length);
      const all = Array.from({ length: node.stream.store.last }, (_, i) => i + 1);
      for (const sequence of all)
        expect([sequence, arrived.includes(sequence)]).toEqual([sequence, !node.released.has(sequence)]);
    }),
    { numRuns: Number(process.env.SEEDS ?? 200) },
  );
});

it('has its headers, where it comes from, and why', () => {
  const node = new Node();
  node.publish();
  play(node, { do: 'pull' });
  node.say(0, '+TERM not\nfor me');
  for (const verb of ['sync', 'sync', 'send']) play(node, { do: verb });
  const { content, headerBytes } = node.target.store.get(1) as { content: Buffer; headerBytes: number };
  expect(content.toString('latin1', 0, headerBytes).split('\r\n')).toEqual([
    'NATS/1.0',
    'A: b',
    'Nats-Msg-Id: S:C:1:1',
    'Skein-Dead-Letter-Stream: S',
    'Skein-Dead-Letter-Consumer: C',
    'Skein-Dead-Letter-Subject: s',
    'Skein-Dead-Letter-Sequence: 1',
    'Skein-Dead-Letter-Deliveries: 1',
    'Skein-Dead-Letter-Reason: terminated: not for me',
    '',
    '',
  ]);
  expect(content.toString('latin1', headerBytes)).toBe('x');
});

it('a subject with wildcards is none to publish to', () => {
  const stream = checkStreamConfig({ name: 'S' });
  expect(() => checkConsumerConfig({ metadata: { 'skein.dead_letter': 'dead.*' } }, 'C', stream)).toThrow(
    apiErrors.consumerCreateFailed('skein.dead_letter is not a subject to publish to'),
  );
});

it('a NAK without a delay waits as the backoff says, where metadata asks for it', () => {
  const backoff = [200e6, 500e6];
  for (const [metadata, waits] of [
    [{ 'skein.nak_backoff': 'true' }, true],
    [{}, false],
  ] as const) {
    const stream = newStream('S', ['s'], () => {});
    stream.publish('s', Buffer.from('x'), 0, START / 1000, 0);
    const config = checkConsumerConfig(
      { ack_policy: 'explicit', max_deliver: 5, backoff, metadata },
      'C',
      stream.config,
    );
    const given: number[] = [];
    const effects = {
      deliver: () => given.push(now),
      ...{
        status: () => {},
        confirm: () => {},
        notice: () => {},
        letters: () => {},
        release: () => {},
        newPin: () => '',
      },
    };
    let now = START;
    const consumer = new Consumer(
      stream.config,
      stream.store,
      config,
      Consumer.newState(stream.store, config),
      0,
      effects,
      now,
    );
    consumer.request('in', '{"batch":9}', now);
    consumer.run(now);
    consumer.acknowledge({ sequence: 1, consumerSequence: 1, deliveries: 1 }, '-NAK', '', now);
    consumer.run(now);
    expect(given).toEqual(waits ? [START] : [START, START]);
    now = START + 200;
    consumer.run(now);
    expect(given.length).toBe(2);
  }
});
