import { expect, it } from 'vitest';
import { SeriesBudget } from '../budget.ts';
import { Families, type Family } from '../family.ts';
import { addJetStream, type JetStreamPage } from './jsz.ts';
import { addPage } from './page.ts';
import recorded from './recorded-jetstream.json' with { type: 'json' };
import { addStreams, type JetStreamAccount, seriesPerConsumer, seriesPerStream } from './streams.ts';

type Page = JetStreamPage & { server_id: string; now: string; account_details: JetStreamAccount[] };

const page = recorded.page as unknown as Page;
const names = { serverId: page.server_id };

/** Of a moment: how long ago the copies had something. */
const MOVED = /active_duration|last_.*_seconds|stats_api_total/;

const flat = (families: readonly Family[]) =>
  Object.fromEntries(
    families.map(({ name, type, help, samples }) => {
      const values = samples.map(({ labels, value }) => [
        JSON.stringify(Object.entries(labels).sort()),
        MOVED.test(name) ? 'moved' : value,
      ]);
      return [name, { type, help, samples: Object.fromEntries(values) }];
    }),
  );

function made(seriesMax: number, dropped = new Map()): Families {
  const families = new Families();
  addStreams(
    families,
    names,
    'S1',
    page,
    page.account_details,
    new SeriesBudget(seriesMax, dropped),
    Date.parse(page.now),
  );
  return families;
}

it('makes of streams and consumers what prometheus-nats-exporter makes of them', () => {
  const families = made(10_000);
  addJetStream(families, names, 'S1', page);
  addPage(families, names, 'varz', recorded.varz);
  expect(flat(families.all())).toEqual(flat(recorded.exported as unknown as Family[]));
});

it('leaves out what there is no room for, and counts it', () => {
  const dropped = new Map();
  const families = made(2 * 4 + 3 * seriesPerStream + seriesPerStream - 1, dropped);
  const found = (name: string) => families.all().find((one) => one.name === name)?.samples.length;
  expect(found('jetstream_account_memory_used')).toBe(2);
  expect(found('jetstream_stream_total_bytes')).toBe(3);
  expect(found('jetstream_consumer_num_pending')).toBe(undefined);
  expect([...dropped]).toEqual([
    ['accounts', 0],
    ['streams', seriesPerStream],
    ['consumers', 2 * seriesPerConsumer],
  ]);
});
