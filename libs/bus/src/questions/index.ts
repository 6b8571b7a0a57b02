export type { ConnectionRecord, DescribedConnection, PeerCertificate, SubscriptionDetail } from './connections.ts';
export type { LeaseAnswer, LeaseRequest } from './leases.ts';
export type { InterestFigures, SubscriptionRow, SubszAnswer, SubszQuery } from './subscriptions.ts';
