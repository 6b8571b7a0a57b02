import { MemoryStreamStore } from '@skein/storage';
import { expect, it } from 'vitest';
import { apiErrors } from '../api-error.ts';
import { checkStreamConfig } from './check-stream-config.ts';
import { FastBatches, FastMessage } from './fast-batches.ts';
import { headerBlock } from './header-block.ts';
import { ackOpening, PublishOutcome } from './publish-outcome.ts';
import { Stream } from './stream.ts';

const config = checkStreamConfig({ name: 'S', allow_batched: true });

/** Answers are said with the message that they are for, as `id.place`. */
class Publisher {
  readonly said: string[] = [];
  readonly batches = new FastBatches(ackOpening('S'), (to, body) => {
    const [, id, , , place] = to.split('.');
    this.said.push(`${id}.${place} ${body}`);
  });
  #sequence = 0;

  take(place: string, bytes = 10, millis = 0): FastMessage | undefined {
    const [id, mode, number, operation] = place.split(' ');
    const reply = Buffer.from(`>inbox.${id}.100.${mode}.${number}.${operation}.$FI`);
    const message = new FastMessage();
    const isTaken = this.batches.take(message, reply, 1, reply.length, bytes, '', config, millis);
    return isTaken ? message : undefined;
  }

  stored(message: FastMessage | undefined): string[] {
    const outcome = new PublishOutcome();
    outcome.sequence = ++this.#sequence;
    this.batches.applied(message as FastMessage, outcome);
    return this.said.splice(0);
  }

  refused(message: FastMessage | undefined): string[] {
    const outcome = new PublishOutcome();
    outcome.error = apiErrors.wrongLastSequence(1);
    this.batches.applied(message as FastMessage, outcome);
    return this.said.splice(0);
  }
}

it('answers the end of a batch when all before it is stored', () => {
  const publisher = new Publisher();
  const first = publisher.take('u ok 1 0');
  const second = publisher.take('u ok 2 1');
  publisher.said.length = 0;
  expect(publisher.take('u ok 3 3')).toBeUndefined();
  expect(publisher.said).toEqual([]);
  expect(publisher.stored(first)).toEqual([]);
  expect(publisher.stored(second)).toEqual(['u.3 {"stream":"S","seq":2,"batch":"u","count":2}']);
});

it('answers a gap at once, and the batch that it ends when all before it is stored', () => {
  const publisher = new Publisher();
  const first = publisher.take('u fail 1 0');
  publisher.said.length = 0;
  publisher.take('u fail 3 1');
  expect(publisher.said.splice(0)).toEqual(['u.3 {"type":"gap","last_seq":2,"seq":3}']);
  expect(publisher.stored(first)).toEqual(['u.3 {"stream":"S","seq":1,"batch":"u","count":1}']);
});

it('says nothing of messages behind a refusal that ended their batch', () => {
  const publisher = new Publisher();
  const messages = ['u fail 1 0', 'u fail 2 1', 'u fail 3 1', 'u fail 4 2'].map((place) => publisher.take(place));
  publisher.said.length = 0;
  publisher.stored(messages[0]);
  expect(publisher.refused(messages[1])).toEqual([
    `u.2 {"type":"err","seq":2,"error":${JSON.stringify(apiErrors.wrongLastSequence(1))}}`,
    'u.2 {"stream":"S","seq":1,"batch":"u","count":1}',
  ]);
  expect([publisher.refused(messages[2]), publisher.refused(messages[3])]).toEqual([[], []]);
});

it('acknowledges so many messages of all publishers together, and so many bytes', () => {
  const publisher = new Publisher();
  const flows = ['u', 'v', 'w', 'x', 'y', 'z'].map((id) => {
    let message = publisher.take(`${id} ok 1 0`);
    for (let place = 2; place <= 300; place++) {
      publisher.stored(message);
      message = publisher.take(`${id} ok ${place} 1`);
    }
    publisher.take(`${id} ok 300 4`);
    return JSON.parse((publisher.said.at(-1) as string).slice(id.length + 5)).msgs;
  });
  expect(flows).toEqual([100, 100, 100, 100, 100, 83]);
  const large = new Publisher();
  large.take('u ok 1 0', 1024 * 1024);
  expect(large.said).toEqual(['u.1 {"type":"ack","seq":0,"msgs":8}']);
});

it('has a thousand batches open, and forgets those that are idle', () => {
  const publisher = new Publisher();
  for (let id = 0; id < 1000; id++) publisher.stored(publisher.take(`${id} ok 1 0`));
  expect(publisher.take('more ok 1 0')).toBeUndefined();
  expect(publisher.said.splice(0)[0]).toContain('10211');
  const pending = publisher.take('7 ok 2 1', 10, 5000);
  publisher.take('8 ok 2 1', 10, 5000);
  publisher.batches.abandon(10_000);
  expect(publisher.batches.size).toBe(2);
  publisher.stored(pending);
  publisher.batches.abandon(15_000);
  expect(publisher.batches.size).toBe(1);
});

it('ends a batch that allows no gaps when a message could not be put on its way', () => {
  const publisher = new Publisher();
  const [first, second] = ['u fail 1 0', 'u fail 2 1'].map((place) => publisher.take(place));
  publisher.said.length = 0;
  publisher.batches.notTaken(second as FastMessage, apiErrors.wrongLastSequence(1));
  expect(publisher.said.splice(0)).toEqual([
    `u.2 {"type":"err","seq":2,"error":${JSON.stringify(apiErrors.wrongLastSequence(1))}}`,
  ]);
  expect(publisher.take('u fail 3 1')).toBeUndefined();
  expect(publisher.said.splice(0)[0]).toContain('10208');
  expect(publisher.stored(first)).toEqual(['u.2 {"stream":"S","seq":1,"batch":"u","count":1}']);
});

it('goes on without a message that could not be put on its way where gaps are allowed', () => {
  const publisher = new Publisher();
  publisher.stored(publisher.take('u ok 1 0'));
  const second = publisher.take('u ok 2 1') as FastMessage;
  publisher.batches.notTaken(second, apiErrors.wrongLastSequence(1));
  expect(publisher.said.splice(0)).toHaveLength(1);
  expect(publisher.stored(publisher.take('u ok 3 2'))).toEqual(['u.3 {"stream":"S","seq":2,"batch":"u","count":3}']);
});

it('answers a batch of one that repeats a message as a publish', () => {
  const publisher = new Publisher();
  const message = publisher.take('u ok 1 2');
  publisher.batches.applied(
    message as FastMessage,
    Object.assign(new PublishOutcome(), { sequence: 7, isDuplicate: true }),
  );
  expect(publisher.said).toEqual(['u.1 {"stream":"S","seq":7,"duplicate":true,"batch":"u","count":1}']);
});

const effects = { stored: () => {}, removed: () => {}, purged: () => {}, republish: () => {} };
const nobody = { isWanted: () => false };

it('takes no message of a run once one was refused, restarts or not', () => {
  const store = new MemoryStreamStore({ overheadBytes: 0, headerOverheadBytes: 0 });
  const stream = Stream.create(store, checkStreamConfig({ name: 'S' }), effects, nobody);
  const wrong = headerBlock(['Nats-Expected-Last-Sequence: 9']);
  const publish = (to: Stream, content: Buffer, headerBytes: number, run: string): number =>
    to.publish('a', content, headerBytes, 1, 0, run);
  expect(publish(stream, Buffer.from('x'), 0, 'run')).toBe(1);
  expect(publish(stream, wrong, wrong.length, 'run')).toBe(0);
  expect(stream.outcome.error?.errorCode).toBe(10071);
  expect(publish(stream, Buffer.from('x'), 0, 'run')).toBe(0);
  expect(stream.outcome.error?.errorCode).toBe(10208);
  stream.save();
  const again = new Stream(store, effects, nobody);
  expect(publish(again, Buffer.from('x'), 0, 'run')).toBe(0);
  expect(publish(again, Buffer.from('x'), 0, 'other')).toBe(2);
});
