import { checkStreamConfig, Stream } from '@skein/jetstream-core';
import { MemoryStreamStore } from '@skein/storage';
import { expect, it } from 'vitest';
import type { Appointment } from '../agenda.ts';
import type { HostedStream } from '../hosting.ts';
import { Backups, type BackupsHost } from './backups.ts';

const silent = { stored() {}, removed() {}, purged() {}, republish() {}, isWanted: () => false };

/** A stream of so many KiB that cannot be compressed. */
function streamOf(kibibytes: number): HostedStream {
  const store = new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 });
  const stream = Stream.create(store, checkStreamConfig({ name: 'S', subjects: ['a'] }), silent, silent);
  for (let i = 0; i < kibibytes; i++) stream.publish('a', crypto.getRandomValues(Buffer.alloc(1024)), 0, 1, 1);
  stream.save();
  return { account: 'A', name: 'S', image: async () => store.image() } as unknown as HostedStream;
}

/** Notes what is sent, and what is planned. */
class Host {
  readonly sent: { to: string; reply: string; text: string }[] = [];
  readonly said: string[] = [];
  planned: Appointment | undefined;
  seen = (): void => {};

  readonly backups = new Backups({
    clock: { tick: () => 1000, now: () => ({ seconds: 1, nanos: 0 }) },
    agenda: {
      plan: (appointment: Appointment, at: number) => {
        this.planned = at === Number.POSITIVE_INFINITY ? undefined : appointment;
        this.seen();
      },
    },
    outbox: {
      deliver: (_: string, to: string, __: string, reply: string, content: Buffer, headerBytes: number) => {
        this.sent.push({ to, reply, text: headerBytes > 0 ? content.toString() : '' });
        this.seen();
      },
    },
    notices: {
      snapshotCreated: () => this.said.push('created'),
      snapshotCompleted: () => this.said.push('completed'),
    },
    logger: { warn: (text: string) => this.said.push(text) },
    newId: () => 'ID',
  } as unknown as BackupsHost);

  /** What is to begin a moment later begins now. */
  begin(): void {
    const { planned } = this;
    this.planned = undefined;
    planned?.due(1030);
  }

  /** Resolves when something else was sent or planned. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.seen = resolve;
    });
  }
}

const request = JSON.stringify({ deliver_subject: 'd', chunk_size: 1024, window_size: 2048 });

it('sends no more than the window, and goes on with each acknowledgement', async () => {
  const host = new Host();
  await host.backups.snapshot(streamOf(4), request, 'gate_INBOX', {});
  expect(host.sent).toEqual([]);
  host.begin();
  const acknowledged: string[] = [];
  while (!host.said.includes('completed')) {
    expect(host.sent.filter(({ reply }) => reply !== '').length - acknowledged.length).toBeLessThanOrEqual(2);
    if (host.planned === undefined) await Promise.race([host.next(), new Promise((resolve) => setImmediate(resolve))]);
    else {
      const { reply } = host.sent[acknowledged.length] as { reply: string };
      acknowledged.push(reply);
      host.backups.deliver(reply, '', Buffer.alloc(0));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  expect(acknowledged.slice(0, 2)).toEqual(['$JS.SNAPSHOT.ACK.S.ID.1024.1', '$JS.SNAPSHOT.ACK.S.ID.1024.2']);
  expect(host.sent.every(({ to }) => to === 'gated')).toBe(true);
  expect(host.sent.at(-1)?.text).toBe('NATS/1.0 204\r\n\r\n');
});

it('gives up when nothing is acknowledged', async () => {
  const host = new Host();
  await host.backups.snapshot(streamOf(4), request, 'gate_INBOX', {});
  expect(host.sent).toEqual([]);
  host.begin();
  while (host.planned === undefined) await host.next();
  expect(host.sent).toHaveLength(2);
  host.planned.due(6000);
  while (host.sent.length < 3) await host.next();
  expect(host.sent[2]?.text).toBe('NATS/1.0 408 No Flow Response\r\n\r\n');
  await new Promise((resolve) => setImmediate(resolve));
  expect(host.said).toEqual(['created', "Snapshot for stream 'A > S' failed: no flow response", 'completed']);
});
