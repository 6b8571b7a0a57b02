import { hasWildcard, subjectFromText } from '@skein/subjects';
import { DecisionCache } from './decision-cache.ts';
import { Replies, type ResponsePermission } from './replies.ts';
import { SubjectSet } from './subject-set.ts';
import { SubscribeRule } from './subscribe-rule.ts';

export interface SubjectRule {
  /** Absent: everything not denied. Empty: nothing. */
  allow?: readonly string[];
  deny?: readonly string[];
}

/** What a user may do, subjects as people write them. */
export interface Permissions {
  publish?: SubjectRule;
  /** Each entry is `subject` or `subject queue`; both may hold wildcards. */
  subscribe?: SubjectRule;
  responses?: ResponsePermission;
}

/** The permissions of one connection. Subjects and queue names are as on the wire, one char per byte. */
export class ConnectionPermissions {
  /** What they were made from. */
  readonly source: Permissions;
  /** Whether `given` has to be told of replies. */
  readonly tracksReplies: boolean;

  private readonly publishAllow: SubjectSet | undefined;
  private readonly publishDeny: SubjectSet | undefined;
  private readonly subscribeAllow: SubscribeRule | undefined;
  private readonly subscribeDeny: SubscribeRule | undefined;
  private readonly replies: Replies | undefined;
  private readonly publishes = new DecisionCache((subject) => this.decidePublish(subject));
  private readonly deliveries = new DecisionCache((subject) => this.decideDelivery(subject, ''));

  /** @param now monotonic, milliseconds */
  constructor(permissions: Permissions, now: () => number) {
    const { publish, subscribe, responses } = permissions;
    this.source = permissions;
    if (publish?.allow !== undefined) this.publishAllow = new SubjectSet(publish.allow.map(subjectFromText));
    if (publish?.deny?.length) this.publishDeny = new SubjectSet(publish.deny.map(subjectFromText));
    if (subscribe?.allow !== undefined) this.subscribeAllow = new SubscribeRule(subscribe.allow.map(subjectFromText));
    if (subscribe?.deny?.length) this.subscribeDeny = new SubscribeRule(subscribe.deny.map(subjectFromText));
    if (responses !== undefined) this.replies = new Replies(responses, now);
    this.tracksReplies = responses !== undefined;
  }

  /** The answer for a subject never changes: it may be kept. */
  canPublish(subject: string): boolean {
    return this.publishes.get(subject);
  }

  /**
   * For a subject that `canPublish` forbids, once for each message: whether it is a live reply subject. If so, that use
   * is counted.
   */
  canReply(subject: string): boolean {
    return this.replies?.use(subject) ?? false;
  }

  /** A message with this reply subject goes to the connection; told once for each of its subscriptions. */
  given(reply: string): void {
    this.replies?.given(reply);
  }

  /**
   * As nats-server decides it: a pattern is compared with the rules as if it were a literal subject. So one that only
   * overlaps a denied subject is allowed, and `filtersDelivery` says that its messages have to be looked at.
   *
   * @param queue '' is none
   */
  canSubscribe(subject: string, queue: string): boolean {
    if (this.subscribeAllow !== undefined && !this.subscribeAllow.allows(subject, queue)) return false;
    return this.subscribeDeny === undefined || !this.subscribeDeny.names(subject, queue);
  }

  /**
   * For a subscription that `canSubscribe` allowed: whether `mayDeliver` has to be asked for each of its messages.
   *
   * @param queue '' is none
   */
  filtersDelivery(pattern: string, queue: string): boolean {
    if (!hasWildcard(pattern)) return false;
    if (this.subscribeDeny?.overlaps(pattern, queue)) return true;
    // The allow list decided on the pattern's text, and read as a subject `foo.>` belongs to `foo.*`.
    return this.subscribeAllow !== undefined && !this.subscribeAllow.covers(pattern, queue);
  }

  /**
   * Whether a message may reach a subscription that matched it.
   *
   * @param queue '' is none
   */
  mayDeliver(subject: string, queue: string): boolean {
    // Not kept for queue groups: how many of them there are is up to the client.
    return queue === '' ? this.deliveries.get(subject) : this.decideDelivery(subject, queue);
  }

  private decidePublish(subject: string): boolean {
    if (this.publishAllow !== undefined && !this.publishAllow.has(subject)) return false;
    return this.publishDeny === undefined || !this.publishDeny.has(subject);
  }

  private decideDelivery(subject: string, queue: string): boolean {
    if (this.subscribeAllow !== undefined && !this.subscribeAllow.names(subject, queue)) return false;
    return this.subscribeDeny === undefined || !this.subscribeDeny.names(subject, queue);
  }
}

/** @param now monotonic, milliseconds */
export function compilePermissions(permissions: Permissions, now = () => performance.now()): ConnectionPermissions {
  return new ConnectionPermissions(permissions, now);
}
