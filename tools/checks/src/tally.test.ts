import { expect, test } from 'vitest';
import { summary, tallyTask } from './tally.ts';

const task = (status: number) => ({ projectName: '@skein/bus', target: 'unit', status });

test('a check without a report counts as one', () => {
  expect(tallyTask(task(0), undefined)).toEqual({ passed: 1, failed: 0 });
  expect(tallyTask(task(1), undefined)).toEqual({ passed: 0, failed: 1 });
});

test('tests count one by one', () => {
  expect(tallyTask(task(0), { numPassedTests: 7, numFailedTests: 0 })).toEqual({ passed: 7, failed: 0 });
  expect(tallyTask(task(1), { numPassedTests: 5, numFailedTests: 2 })).toEqual({ passed: 5, failed: 2 });
});

test('a suite that crashed before its first test is a failure', () => {
  expect(tallyTask(task(1), { numPassedTests: 3, numFailedTests: 0 })).toEqual({ passed: 3, failed: 1 });
});

test('the closing line adds everything up', () => {
  expect(summary([tallyTask(task(0), undefined), tallyTask(task(1), { numPassedTests: 5, numFailedTests: 2 })])).toBe(
    '6 passed, 2 failed',
  );
});
