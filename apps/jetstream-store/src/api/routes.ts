import { accountInfo, needsCluster } from './account-handlers.ts';
import * as backups from './backup-handlers.ts';
import type { Handler } from './call.ts';
import * as consumers from './consumer-handlers.ts';
import * as streams from './stream-handlers.ts';

/** How a request is answered. */
export interface Route {
  /** Of the answer, behind `io.nats.jetstream.api.v1.`. */
  readonly type: string;
  /** What an answer has beside an error: fields that nats-server does not leave out. */
  readonly blank?: object;
  /** It is about a cluster: who has no JetStream is told the same. */
  readonly isClustered?: true;
  /** Where there is nothing to answer for, it is silent. */
  readonly isShy?: true;
  /** It tells how a stream or its consumers are, after all that came before. */
  readonly isLate?: true;
  readonly handle: Handler;
}

const page = { total: 0, offset: 0, limit: 0 };
const clustered = (type: string): Route => ({ type, isClustered: true, handle: needsCluster });

export const routes: Readonly<Record<string, Route>> = {
  INFO: { type: 'account_info_response', handle: accountInfo },
  'STREAM.CREATE': { type: 'stream_create_response', handle: streams.createStream },
  'STREAM.UPDATE': { type: 'stream_update_response', handle: streams.updateStream },
  'STREAM.NAMES': { type: 'stream_names_response', blank: { ...page, streams: null }, handle: streams.streamNames },
  'STREAM.LIST': { type: 'stream_list_response', blank: { ...page, streams: [] }, handle: streams.listStreams },
  'STREAM.INFO': { type: 'stream_info_response', blank: page, isLate: true, handle: streams.streamInfo },
  'STREAM.DELETE': { type: 'stream_delete_response', handle: streams.deleteStream },
  'STREAM.PURGE': { type: 'stream_purge_response', blank: { purged: 0 }, handle: streams.purgeStream },
  'STREAM.MSG.GET': { type: 'stream_msg_get_response', handle: streams.messageOf },
  'STREAM.MSG.DELETE': { type: 'stream_msg_delete_response', handle: streams.deleteMessage },
  'STREAM.SNAPSHOT': { type: 'stream_snapshot_response', handle: backups.snapshotStream },
  'STREAM.RESTORE': { type: 'stream_restore_response', blank: { deliver_subject: '' }, handle: backups.restoreStream },
  'STREAM.PEER.REMOVE': clustered('stream_remove_peer_response'),
  'STREAM.LEADER.STEPDOWN': clustered('stream_leader_stepdown_response'),
  'CONSUMER.CREATE': { type: 'consumer_create_response', handle: consumers.createConsumer },
  'CONSUMER.DURABLE.CREATE': { type: 'consumer_create_response', handle: consumers.createDurable },
  'CONSUMER.NAMES': {
    type: 'consumer_names_response',
    blank: { ...page, consumers: [] },
    handle: consumers.consumerNames,
  },
  'CONSUMER.LIST': {
    type: 'consumer_list_response',
    blank: { ...page, consumers: [] },
    isLate: true,
    handle: consumers.listConsumers,
  },
  'CONSUMER.INFO': { type: 'consumer_info_response', isLate: true, handle: consumers.consumerInfo },
  'CONSUMER.DELETE': { type: 'consumer_delete_response', handle: consumers.deleteConsumer },
  'CONSUMER.PAUSE': {
    type: 'consumer_pause_response',
    blank: { paused: false, pause_until: '0001-01-01T00:00:00Z' },
    handle: consumers.pauseConsumer,
  },
  'CONSUMER.UNPIN': { type: 'consumer_unpin_response', handle: consumers.unpinConsumer },
  'CONSUMER.RESET': {
    type: 'consumer_reset_response',
    blank: { reset_seq: 0 },
    isShy: true,
    handle: consumers.resetConsumer,
  },
  'CONSUMER.LEADER.STEPDOWN': clustered('consumer_leader_stepdown_response'),
};
