/** What came out of a run, as the closing line counts it. */
export interface Tally {
  passed: number;
  failed: number;
}

/** One task of Nx's own record of a run; `status` is its exit code. */
export interface TaskRecord {
  projectName: string;
  target: string;
  status: number;
}

/** The part of a vitest JSON report that is counted. */
export interface TestReport {
  numPassedTests: number;
  numFailedTests: number;
}

/**
 * A task that failed counts at least one failure, whatever its report says: a suite that crashes while it loads, or
 * a runner that is killed, has no failed test to show. A check without a report counts as one.
 */
export const tallyTask = (task: TaskRecord, report: TestReport | undefined): Tally => {
  const passed = report?.numPassedTests ?? (task.status === 0 ? 1 : 0);
  const failed = report?.numFailedTests ?? 0;
  return task.status === 0 ? { passed, failed } : { passed, failed: Math.max(failed, 1) };
};

/** The line that `tools/test` ends with. */
export const summary = (tallies: Tally[]): string => {
  const sum = (pick: (tally: Tally) => number) => tallies.reduce((total, tally) => total + pick(tally), 0);
  return `${sum((tally) => tally.passed)} passed, ${sum((tally) => tally.failed)} failed`;
};
