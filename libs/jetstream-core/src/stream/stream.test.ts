import { MemoryStreamStore } from '@skein/storage';
import { expect, it } from 'vitest';
import {
  readDeleteRequest,
  readDirectRequest,
  readGetRequest,
  readInfoRequest,
  readPurgeRequest,
} from '../api/stream-requests.ts';
import { ApiError, apiErrors } from '../api-error.ts';
import { type Answer, readAnswer, readJson, type Scenario, type Step } from '../recorded/scenario.ts';
import batches from '../recorded/stream/batches.json' with { type: 'json' };
import counters from '../recorded/stream/counters.json' with { type: 'json' };
import fastBatches from '../recorded/stream/fast-batches.json' with { type: 'json' };
import publish from '../recorded/stream/publish.json' with { type: 'json' };
import purging from '../recorded/stream/purging.json' with { type: 'json' };
import reading from '../recorded/stream/reading.json' with { type: 'json' };
import retention from '../recorded/stream/retention.json' with { type: 'json' };
import schedules from '../recorded/stream/schedules.json' with { type: 'json' };
import ttl from '../recorded/stream/ttl.json' with { type: 'json' };
import updates from '../recorded/stream/updates.json' with { type: 'json' };
import { AtomicBatches } from './atomic-batches.ts';
import { BatchHeaders } from './batch-headers.ts';
import { checkStreamConfig } from './check-stream-config.ts';
import { checkStreamUpdate } from './check-stream-update.ts';
import { badDirectRequest, directGet, malformedRequest } from './direct-get.ts';
import { FastBatches, FastMessage } from './fast-batches.ts';
import { headerBlock } from './header-block.ts';
import { getMessage } from './message-get.ts';
import { ackOpening, pubAck } from './publish-outcome.ts';
import { readStreamRequest } from './read-stream-config.ts';
import { Stream } from './stream.ts';
import type { StreamConfig } from './stream-config.ts';
import { streamState } from './stream-state.ts';

const MESSAGE_OVERHEAD = { memory: [16, 0], file: [30, 4] } as const;

/** A stream, asked as a server is: by subjects. Time passes where a scenario says so. */
class Asked {
  readonly stream: Stream;
  #now = 1_790_000_000_000;
  #heard: Answer[] = [];
  readonly #batches = new AtomicBatches();
  #flow: Answer[] = [];
  readonly #headers = new BatchHeaders();
  readonly #fast = new FastBatches(ackOpening('S'), (_, body) => this.#flow.push(readJson(body)));

  constructor(config: object) {
    const checked = checkStreamConfig({ name: 'S', ...config } as Partial<StreamConfig>);
    const [overheadBytes, headerOverheadBytes] = MESSAGE_OVERHEAD[checked.storage];
    const effects = {
      stored: () => {},
      removed: () => {},
      purged: () => {},
      republish: (subject: string, content: Buffer, headerBytes: number) => {
        this.#heard.push({ subject, ...readAnswer(content, headerBytes) });
      },
    };
    const nobody = { isWanted: () => false };
    const store = new MemoryStreamStore({ overheadBytes, headerOverheadBytes });
    this.stream = Stream.create(store, checked, effects, nobody);
  }

  /** The step as it would have been recorded. */
  play(step: Step): Step {
    const { to = '', headers = [], body = '', seconds, reply } = step;
    if (seconds !== undefined) {
      this.#pass(seconds * 1000);
      return step;
    }
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answers =
      reply !== undefined
        ? this.#append(reply, to, headers, text)
        : to.startsWith('$JS.API.')
          ? this.#ask(to, text)
          : this.#publish(to, headers, text);
    const heard = this.#heard.splice(0);
    return { ...step, answers, ...(heard.length > 0 && { heard }) };
  }

  /** Everything that grows too old on the way is removed at its moment. */
  #pass(millis: number): void {
    const end = this.#now + millis;
    while (this.stream.expiresAt <= end) {
      this.#now = Math.max(this.#now, this.stream.expiresAt);
      this.stream.expire(...this.#time());
    }
    this.#now = end;
    this.#fast.abandon(end);
  }

  #time(): [number, number] {
    const seconds = Math.floor(this.#now / 1000);
    return [seconds, Math.round((this.#now - seconds * 1000) * 1e6)];
  }

  #publish(subject: string, lines: readonly string[], body: string): Answer[] {
    this.#now += 1;
    const block = lines.length > 0 ? headerBlock(lines) : Buffer.alloc(0);
    const { stream } = this;
    const content = Buffer.concat([block, Buffer.from(body, 'latin1')]);
    if (this.#headers.read(content, 0, block.length)) return this.#stage(subject, content, block.length);
    stream.publish(subject, content, block.length, ...this.#time());
    return this.#acknowledged();
  }

  /** Stores it at once. */
  #append(reply: string, subject: string, lines: readonly string[], body: string): Answer[] {
    this.#now += 1;
    const { stream } = this;
    const block = lines.length > 0 ? headerBlock(lines) : Buffer.alloc(0);
    const content = Buffer.concat([block, Buffer.from(body, 'latin1')]);
    this.#headers.read(content, 0, block.length);
    const { requiredLevel } = this.#headers;
    const message = new FastMessage();
    const to = Buffer.from(reply);
    if (this.#fast.take(message, to, 0, to.length, content.length, requiredLevel, stream.config, this.#now)) {
      stream.publish(subject, content, block.length, ...this.#time(), message.run);
      this.#fast.applied(message, stream.outcome, stream.config.no_ack);
    }
    return this.#flow.splice(0);
  }

  #acknowledged(): Answer[] {
    const { config, outcome } = this.stream;
    return config.no_ack ? [] : [JSON.parse(pubAck(ackOpening('S'), outcome))];
  }

  #stage(subject: string, content: Buffer, headerBytes: number): Answer[] {
    const { config, outcome } = this.stream;
    const { length } = content;
    const staged = this.#batches.add(this.#headers, subject, content, 0, length, headerBytes, config, this.#now);
    if (staged === 'kept') return config.no_ack ? [] : [{ body: '' }];
    outcome.reset();
    if (staged instanceof ApiError) outcome.error = staged;
    else this.stream.commitBatch(staged.id, staged.messages(), ...this.#time());
    return this.#acknowledged();
  }

  #ask(subject: string, text: string): Answer[] {
    const [, , kind = '', ...rest] = subject.split('.');
    if (kind === 'DIRECT') return this.#direct(rest.slice(2).join('.'), text);
    const name = rest.at(-1);
    const what = rest.slice(0, -1).join('.');
    const type = `io.nats.jetstream.api.v1.${types[what]}_response`;
    const without = what === 'PURGE' ? { purged: 0 } : what === 'INFO' ? { total: 0, offset: 0, limit: 0 } : {};
    try {
      return [readJson(JSON.stringify({ type, ...this.#answer(what, name ?? '', text) }))];
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return [{ type, error: error.toJSON(), ...without }];
    }
  }

  #answer(what: string, name: string, text: string): object {
    const { stream } = this;
    switch (what) {
      case 'INFO': {
        const { state, page } = streamState(stream, 0, readInfoRequest(text));
        return { ...page, config: stream.config, state };
      }
      case 'PURGE':
        return { success: true, purged: stream.purge(readPurgeRequest(text)) };
      case 'UPDATE': {
        const { config } = readStreamRequest(text);
        if (config.name !== undefined && config.name !== name) throw apiErrors.streamMismatch();
        if (name !== 'S') throw apiErrors.streamNotFound();
        stream.update(checkStreamUpdate(stream.config, config));
        return { config: stream.config, state: streamState(stream, 0).state };
      }
      case 'MSG.DELETE': {
        const { sequence, secure } = readDeleteRequest(text);
        stream.deleteMessage(sequence, secure);
        return { success: true };
      }
      default:
        return { message: getMessage(stream.store, readGetRequest(text)) };
    }
  }

  #direct(subject: string, text: string): Answer[] {
    const { stream } = this;
    if (!stream.config.allow_direct) {
      return [{ headers: ['NATS/1.0 503', 'Nats-Subject: $JS.API.DIRECT.GET.S'], body: '' }];
    }
    const request = readDirectRequest(text);
    const parts =
      request === undefined
        ? [malformedRequest()]
        : subject === ''
          ? directGet('S', stream.store, request)
          : text === ''
            ? directGet('S', stream.store, { last_by_subj: subject })
            : [badDirectRequest()];
    return [...parts].map(({ content, headerBytes }) => readAnswer(content, headerBytes));
  }
}

const types: Readonly<Record<string, string>> = {
  INFO: 'stream_info',
  PURGE: 'stream_purge',
  UPDATE: 'stream_update',
  'MSG.GET': 'stream_msg_get',
  'MSG.DELETE': 'stream_msg_delete',
};

const recorded = Object.entries({
  publish,
  ttl,
  purging,
  reading,
  retention,
  counters,
  updates,
  batches,
  fastBatches,
  schedules,
});

for (const [area, scenarios] of recorded) {
  it.each(Object.entries(scenarios as unknown as Record<string, Scenario>))(`${area}: %s`, (_, { config, steps }) => {
    const asked = new Asked(config);
    for (const step of steps) expect(asked.play(step)).toEqual(step);
  });
}
