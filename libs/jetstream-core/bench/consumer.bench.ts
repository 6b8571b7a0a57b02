// Run by hand: node libs/jetstream-core/bench/consumer.bench.ts. Messages a second, in memory, 128 bytes each; median of five rounds.
import { MemoryStreamStore } from '@skein/storage';
import { parseAckSubject } from '../src/consumer/acknowledgement.ts';
import { checkConsumerConfig } from '../src/consumer/check-consumer-config.ts';
import { Consumer } from '../src/consumer/consumer.ts';
import type { RequestedConsumer } from '../src/consumer/consumer-config.ts';
import { encodeConsumerOperation } from '../src/consumer/consumer-operation.ts';
import { checkStreamConfig } from '../src/stream/check-stream-config.ts';

const MESSAGES = 200_000;
const ROUNDS = 5;
const START = 1_790_000_000_000;
const stream = checkStreamConfig({ name: 'ORDERS', subjects: ['orders.>'], storage: 'memory' });
const store = new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 });
const payload = Buffer.alloc(128, 'x');
for (let i = 1; i <= MESSAGES; i++) store.append(i, `orders.${i % 10}`, payload, 0, START / 1000, i);

interface Case {
  config: RequestedConsumer;
  /** Of a pull request; how many are out at a time. */
  batch: number;
  requests: number;
}

/** @returns messages a second */
function run({ config, batch, requests }: Case): number {
  const checked = checkConsumerConfig(
    {
      ...(config.ack_policy !== 'none' && { max_ack_pending: 10_000 }),
      ...(requests > 0 && { max_waiting: 100_000 }),
      ...config,
    },
    'C',
    stream,
  );
  let replies: string[] = [];
  let delivered = 0;
  let bytes = 0;
  const consumer = new Consumer(
    stream,
    store,
    checked,
    Consumer.newState(store, checked),
    0,
    {
      deliver: (_to, _subject, reply, content) => {
        delivered++;
        bytes += content.length + reply.end;
        if (config.ack_policy !== 'none') replies.push(`${reply}`);
      },
      status: () => {},
      confirm: () => {},
      notice: () => {},
      release: () => {},
      letters: () => {},
      newPin: () => '',
    },
    START,
  );
  consumer.setActive(true, START);
  const text = JSON.stringify({ batch, expires: 60e9 });
  let asked = 0;
  let now = START;
  const started = performance.now();
  while (delivered < MESSAGES) {
    now += 1;
    for (; asked - delivered < batch * requests && asked < MESSAGES; asked += batch)
      consumer.request(`in.${asked}`, text, now);
    consumer.run(now);
    const turn = consumer.takeTurn(now);
    for (const operation of turn?.operations ?? []) bytes += encodeConsumerOperation(operation).length;
    if (turn !== undefined) consumer.applied(turn);
    const acks = replies;
    replies = [];
    for (const reply of acks) consumer.acknowledge(parseAckSubject(reply) as never, '', '', now);
  }
  if (bytes === 0) throw new Error('nothing was delivered');
  return (MESSAGES * 1000) / (performance.now() - started);
}

const cases: Record<string, Case> = {
  'no acks, one request at a time': { config: { ack_policy: 'none' }, batch: 500, requests: 1 },
  'no acks, one request of all': { config: { ack_policy: 'none' }, batch: MESSAGES, requests: 1 },
  'acks, batches of 500': { config: { ack_policy: 'explicit' }, batch: 500, requests: 2 },
  'acks, a request each, 10 wait': { config: { ack_policy: 'explicit' }, batch: 1, requests: 10 },
  'acks, a request each, 5,000 wait': { config: { ack_policy: 'explicit' }, batch: 1, requests: 5000 },
  push: { config: { ack_policy: 'none', deliver_subject: 'd' }, batch: 1, requests: 0 },
  'push, acks': { config: { ack_policy: 'explicit', deliver_subject: 'd' }, batch: 1, requests: 0 },
  filtered: { config: { ack_policy: 'none', filter_subject: 'orders.*' }, batch: MESSAGES, requests: 1 },
};

for (const [name, one] of Object.entries(cases)) {
  const rates = Array.from({ length: ROUNDS }, () => run(one)).sort((a, b) => a - b);
  console.log(
    name.padEnd(36),
    Math.round(rates[ROUNDS >> 1] as number)
      .toLocaleString('en')
      .padStart(12),
  );
}
