import type { Connection } from '../connection.ts';
import type { Subscription } from '../subscription.ts';

export function unsubscribe(connection: Connection, sid: string, max: number): void {
  const subscription = connection.subscriptions.get(sid);
  if (subscription !== undefined) {
    // Counted where the subscription lives: messages that came before count too.
    if (max > subscription.delivered) subscription.max = max;
    else endSubscription(connection, subscription);
  }
  connection.ok();
}

export function endSubscription(connection: Connection, subscription: Subscription): void {
  if (!connection.subscriptions.delete(subscription.sid)) return;
  const { account } = connection;
  if (account === null) return;
  const left = account.remove(subscription);
  if (left >= 0) connection.gateway.declare(null, account, subscription.subject, subscription.queue, left);
}
