import { hasWildcard } from '@skein/subjects';
import type { Export } from '../claims/account.ts';
import { isContainedIn } from '../subject.ts';
import { checkInfo, checkSubject, checkTarget } from './common.ts';
import type { Issues } from './issues.ts';

const responseTypes = ['', 'Singleton', 'Stream', 'Chunked'];

export function checkExports(exports: readonly Export[], issues: Issues): void {
  for (const one of exports) checkExport(one, issues);
  for (const type of ['service', 'stream']) {
    const subjects = exports.filter((one) => one.type === type).map(({ subject }) => subject);
    const containing = new Set(
      subjects.filter((outer, i) => subjects.some((inner, j) => i !== j && isContainedIn(inner, outer))),
    );
    for (const outer of containing) {
      const inner = subjects.find((subject) => subject !== outer && isContainedIn(subject, outer)) ?? outer;
      const [shown, other] = [outer, inner].map((subject) => JSON.stringify(subject));
      issues.check(false, `${type} export subject ${shown} already exports ${other}`);
    }
  }
}

function checkExport(one: Export, issues: Issues): void {
  const { type, response_type, response_threshold, service_latency: latency, subject } = one;
  const isService = type === 'service';
  issues.check(type !== '', 'invalid export type: "unknown"');
  const typeFits = isService ? responseTypes.includes(response_type) : response_type === '';
  issues.check(typeFits, `invalid response type for ${type}: ${JSON.stringify(response_type)}`);
  issues.check(isService || !one.allow_trace, 'AllowTrace only valid for service export');
  if (latency !== undefined) {
    issues.check(isService, 'latency tracking only permitted for services');
    issues.check(latency.sampling >= 0 && latency.sampling <= 100, 'sampling percentage needs to be between 1-100');
    checkTarget(latency.results, 'results subject', issues);
  }
  issues.check(response_threshold >= 0, 'negative response threshold is invalid');
  issues.check(isService || response_threshold <= 0, 'response threshold only valid for services');
  checkSubject(subject, issues);
  checkTokenPosition(one.account_token_position, subject, issues);
  checkInfo(one, issues);
}

function checkTokenPosition(position: number, subject: string, issues: Issues): void {
  if (position === 0) return;
  const fits = hasWildcard(subject) && subject.split('.')[position - 1] === '*';
  issues.check(fits, `Account Token Position ${position} must match a * in: ${subject}`);
}
