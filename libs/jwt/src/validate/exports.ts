import { hasWildcard } from '@skein/subjects';
import type { Export } from '../claims/account.ts';
import { areContainedIn } from '../subject.ts';
import { checkInfo, checkSubject, checkTarget } from './common.ts';
import type { Issues } from './issues.ts';

const responseTypes = ['', 'Singleton', 'Stream', 'Chunked'];

export function checkExports(exports: readonly Export[], issues: Issues): void {
  for (const one of exports) checkExport(one, issues);
  for (const type of ['service', 'stream']) {
    const subjects = exports
      .filter((one) => one.type === type)
      .map(({ subject }) => ({ subject, tokens: subject.split('.') }));
    const said = new Set<string>();
    for (const outer of subjects) {
      if (issues.isFull) return;
      if (said.has(outer.subject)) continue;
      const inside = subjects.filter((one) => one !== outer && areContainedIn(one.tokens, outer.tokens));
      if (inside.length === 0) continue;
      said.add(outer.subject);
      const inner = inside.find(({ subject }) => subject !== outer.subject) ?? outer;
      const [shown, other] = [outer, inner].map(({ subject }) => JSON.stringify(subject));
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
