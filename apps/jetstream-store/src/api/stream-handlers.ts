import { isDeepStrictEqual } from 'node:util';
import {
  apiErrors,
  checkOrigins,
  checkStreamConfig,
  checkStreamUpdate,
  getMessage,
  readDeleteRequest,
  readGetRequest,
  readInfoRequest,
  readPageRequest,
  readPurgeRequest,
  readStreamRequest,
  refusePedantically,
  type StreamConfig,
} from '@skein/jetstream-core';
import { overlaps } from '@skein/subjects';
import type { HostedStream } from '../hosting.ts';
import { limitsFor, withinServer } from '../limits.ts';
import type { StreamElsewhere } from '../stores/catalogue.ts';
import { type Call, configOf, type Handler, refuseBody, streamOf } from './call.ts';
import { byName, pageOf } from './page.ts';
import { listedStream, shownStream, streamView } from './views.ts';

const NAMES_MAX = 1024;
const LISTED_MAX = 256;

export const createStream: Handler = async (call) => {
  const { account, names, context } = call;
  const { config: requested, pedantic } = readStreamRequest(call.text);
  if (requested.name !== names[0]) throw apiErrors.streamMismatch();
  if (pedantic) refusePedantically(requested);
  const checked = withinServer(checkStreamConfig(requested), Boolean(requested.duplicate_window), context.limits);
  const config = checkOrigins(checked, lookup(call), pedantic);
  if (limitsFor(account.limits, config.num_replicas).isMaxBytesRequired && config.max_bytes <= 0) {
    throw apiErrors.maxBytesRequired();
  }
  const existing = account.streams.get(config.name);
  if (existing !== undefined && !isSame(existing.stream.config, config)) throw apiErrors.streamNameTaken();
  const stream = existing ?? (await account.create(config));
  // Of a domain nothing is said yet.
  const { domain: _, ...view } = shownStream(stream, context);
  return { ...view, did_create: true };
};

export const updateStream: Handler = async (call) => {
  const { account, names, context } = call;
  const { config: requested, pedantic } = readStreamRequest(call.text);
  const { name = '' } = requested;
  // What is no name is told so before it is compared.
  if (name === '') checkStreamConfig(requested);
  if (name !== names[0]) throw apiErrors.streamMismatch();
  if (pedantic) refusePedantically(requested);
  const checked = checkStreamUpdate(configOf(call), requested);
  const within = withinServer(checked, Boolean(requested.duplicate_window), context.limits);
  const config = checkOrigins(within, lookup(call), pedantic);
  return shownStream(await account.update(name, config), context);
};

export const streamInfo: Handler = (call) => {
  const details = readInfoRequest(call.text);
  const { page, view } = streamView(streamOf(call), call.context, { details, leader: call.context.serverName });
  return { ...page, ...view };
};

export const streamNames: Handler = (call) => {
  const { items, ...page } = pageOf(...found(call, 'JSApiStreamNamesRequest'), NAMES_MAX);
  return { ...page, streams: items.length === 0 ? null : items.map(({ name }) => name) };
};

export const listStreams: Handler = (call) => {
  const { context, account } = call;
  const { items, ...page } = pageOf(...found(call, 'JSApiStreamListRequest'), LISTED_MAX);
  const here = items.flatMap(({ name }) => account.streams.get(name) ?? []);
  const streams = here.map((stream) => listedStream(stream, context));
  const elsewhere = items.filter((one): one is StreamElsewhere => 'seat' in one);
  if (context.others === undefined || elsewhere.length === 0) return { ...page, streams };
  return context.others.list(elsewhere).then(({ streams: listed, missing }) => ({
    ...page,
    streams: inOrder([...streams, ...listed]),
    ...(missing.length > 0 && { missing }),
  }));
};

const inOrder = (listed: object[]): object[] =>
  byName(listed.map((view) => ({ view, name: (view as { config: StreamConfig }).config.name }))).map(
    ({ view }) => view,
  );

export const deleteStream: Handler = async (call) => {
  refuseBody(call);
  await call.account.delete(streamOf(call).name);
  return { success: true };
};

export const purgeStream: Handler = async (call) => {
  const purge = readPurgeRequest(call.text);
  return { success: true, purged: await streamOf(call).change({ kind: 'purge', ...purge }) };
};

export const messageOf: Handler = (call) => {
  const request = readGetRequest(call.text);
  return { message: getMessage(streamOf(call).stream.store, request) };
};

export const deleteMessage: Handler = async (call) => {
  const { sequence, secure } = readDeleteRequest(call.text);
  await streamOf(call).change({ kind: 'delete', sequence, secure });
  return { success: true };
};

/** Those that keep something of a subject, if one was asked for; and where the page begins. */
function found({ account, text }: Call, type: string): [streams: (HostedStream | StreamElsewhere)[], offset: number] {
  const { offset, subject } = readPageRequest(text, type, true);
  const all = byName([...account.streams.values(), ...account.elsewhere]);
  return [
    subject === '' ? all : all.filter((one) => keeps('seat' in one ? one.config : one.stream.config, subject)),
    offset,
  ];
}

const keeps = ({ subjects = [] }: StreamConfig, wanted: string): boolean =>
  subjects.some((subject) => overlaps(subject, wanted));

/** The account's streams, as rules look them up. */
const lookup =
  ({ account }: Call) =>
  (name: string): StreamConfig | undefined =>
    account.configOf(name);

/** Whatever the order of the metadata. */
const isSame = (a: StreamConfig, b: StreamConfig): boolean => isDeepStrictEqual(a, b);
