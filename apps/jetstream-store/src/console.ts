import type { Member } from '@skein/bus';
import {
  type ConsumerRow,
  type ConsumersAnswer,
  type ConsumersQuestion,
  compareRows,
  millisOf,
  type RowsAnswer,
  type RowsQuestion,
  type StreamRow,
} from '@skein/jetstream-core';
import { subjectFromText, subjectText } from '@skein/subjects';
import { shownConsumers } from './api/views.ts';
import type { Directory, HostedConsumer, HostedStream } from './hosting.ts';

/** Answers what the console's lists ask. */
export function answerConsole(member: Pick<Member, 'handle'>, directory: Directory): void {
  const text = (answer: RowsAnswer | ConsumersAnswer): string => JSON.stringify(answer);
  member.handle('jetstream-rows', (body) => text(streamRows(directory, JSON.parse(body) as RowsQuestion)));
  member.handle('jetstream-consumers', (body) => text(consumerRows(directory, JSON.parse(body) as ConsumersQuestion)));
}

export function streamRows({ accounts }: Directory, { search, sort, rising, limit }: RowsQuestion): RowsAnswer {
  const rows: StreamRow[] = [];
  for (const { name: account, streams } of accounts) {
    for (const one of streams.values()) {
      const row = streamRow(account, one);
      if (`${row.stream} ${account}`.toLowerCase().includes(search)) rows.push(row);
    }
  }
  return { total: rows.length, rows: rows.sort(compareRows(sort, rising)).slice(0, limit) };
}

function streamRow(account: string, hosted: HostedStream): StreamRow {
  const { store, config, lastTime } = hosted.stream;
  const consumers = shownConsumers(hosted);
  let unacknowledged = 0;
  let behind = 0;
  for (const { state } of consumers) {
    unacknowledged += state.pending.size;
    behind = Math.max(behind, store.last - Math.max(state.delivered.stream, store.first - 1));
  }
  return {
    account,
    stream: subjectText(hosted.name),
    storage: config.storage,
    messages: store.messages,
    bytes: store.bytes,
    consumers: consumers.length,
    unacknowledged,
    behind,
    lastMs: millisOf(lastTime.seconds, lastTime.nanos),
  };
}

export function consumerRows(directory: Directory, question: ConsumersQuestion): ConsumersAnswer {
  const { account, stream, offset, limit } = question;
  const found = directory.account(account)?.streams.get(subjectFromText(stream));
  if (found === undefined) return { total: 0, consumers: [] };
  const all = shownConsumers(found).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { total: all.length, consumers: all.slice(offset, offset + limit).map((one) => consumerRow(found, one)) };
}

function consumerRow({ stream }: HostedStream, one: HostedConsumer): ConsumerRow {
  const { filter_subject, filter_subjects = [], deliver_subject } = one.config;
  const { num_pending, num_redelivered, num_waiting, paused = false } = one.info();
  const { pending } = one.state;
  const oldest = pending.first < 0 ? undefined : stream.store.get(pending.sequence(pending.first));
  return {
    name: subjectText(one.name),
    isPush: deliver_subject !== undefined,
    filters: (filter_subject ? [filter_subject] : filter_subjects).map(subjectText),
    pending: num_pending,
    unacknowledged: pending.size,
    redelivered: num_redelivered,
    waiting: num_waiting,
    oldestMs: oldest === undefined ? 0 : millisOf(oldest.seconds, oldest.nanos),
    isPaused: paused,
  };
}
