import { errors } from '@skein/errors';
import { isValidPattern, subjectText } from '@skein/subjects';
import type { Connection } from '../connection.ts';
import { Subscription } from '../subscription.ts';

export function subscribe(connection: Connection, subject: string, queue: string, sid: string): void {
  const { gateway, account } = connection;
  if (account === null) {
    gateway.admission.refuse(connection);
    return;
  }
  const { permissions } = connection;
  if (permissions !== null && !permissions.canSubscribe(subject, queue)) {
    const name = subjectText(subject);
    const group = subjectText(queue);
    connection.sendError(
      queue === ''
        ? errors.subscriptionPermissionsViolation.about(name)
        : errors.queueSubscriptionPermissionsViolation.about(name, group),
    );
    const queued = queue === '' ? '' : ` Queue: "${group}",`;
    gateway.log.error(`${connection.label()} - Subscription Violation - Subject "${name}",${queued} SID ${sid}`);
    return;
  }
  if (!isValidPattern(subject)) {
    connection.sendError(errors.invalidSubject.text);
    return;
  }
  const { maxSubscriptionTokens } = gateway.settings;
  if (maxSubscriptionTokens > 0 && subject.split('.').length > maxSubscriptionTokens) {
    connection.sendError(errors.tooManySubjectTokens.about(subjectText(subject)));
    return;
  }
  const { subscriptionsMax } = connection;
  if (connection.subscriptions.size >= subscriptionsMax) {
    connection.sendError(errors.maximumSubscriptionsExceeded.text);
    return;
  }
  // The same sid again changes nothing, and is not delivered to twice.
  if (!connection.subscriptions.has(sid)) {
    const filtered = permissions?.filtersDelivery(subject, queue) ?? false;
    const subscription = new Subscription(connection, subject, queue, sid, filtered);
    connection.subscriptions.set(sid, subscription);
    gateway.declare(connection, account, subject, queue, account.insert(subscription));
  }
  if (connection.options.verbose) gateway.settling.ok(connection);
}
