import { isPublicKey } from '@skein/nkeys';
import type { UserPermissionLimits } from '../claims/permissions.ts';
import type { UserClaims } from '../claims/user.ts';
import { compileSources } from '../sources.ts';
import { isTimeZone, secondsOfDay } from '../times.ts';
import { checkPermissions } from './common.ts';
import type { Issues } from './issues.ts';

export function checkUser({ nats }: UserClaims, issues: Issues): void {
  checkPermissions(nats, issues);
  checkUserLimits(nats, issues);
  issues.check(
    nats.issuer_account === '' || isPublicKey(nats.issuer_account, 'account'),
    'account_id is not an account public key',
  );
}

function checkUserLimits({ src, times, times_location }: UserPermissionLimits, issues: Issues): void {
  for (const cidr of src) {
    issues.check(compileSources([cidr]) !== undefined, `invalid cidr ${JSON.stringify(cidr)} in user src limits`);
  }
  for (const { start, end } of times) {
    issues.check(secondsOfDay(start) !== undefined, `start in time range is invalid ${JSON.stringify(start)}`);
    issues.check(secondsOfDay(end) !== undefined, `end in time range is invalid ${JSON.stringify(end)}`);
  }
  issues.check(
    times_location === '' || isTimeZone(times_location),
    `could not parse iana time zone by name: unknown time zone ${times_location}`,
  );
}
