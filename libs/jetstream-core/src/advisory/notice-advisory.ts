import type { Notice } from '../consumer/notice.ts';
import type { Advisories, Advisory } from './advisory.ts';

/** What a consumer told, for the world. */
export function noticeAdvisory(
  advisories: Advisories,
  account: string,
  stream: string,
  consumer: string,
  notice: Notice,
): Advisory {
  switch (notice.kind) {
    case 'max_deliver':
      return advisories.maxDeliver(stream, consumer, notice);
    case 'nak':
      return advisories.nak(stream, consumer, notice);
    case 'terminated':
      return advisories.terminated(stream, consumer, notice, notice.reason);
    case 'ack':
      return advisories.ackSampled(stream, consumer, notice, notice.ack_time);
    case 'resumed':
      return advisories.consumerPause(stream, consumer, false, notice.pause_until);
    case 'pinned':
      return advisories.pinned(account, stream, consumer, notice.group, notice.pinned_id);
    case 'unpinned':
      return advisories.unpinned(account, stream, consumer, notice.group, notice.reason);
  }
}
