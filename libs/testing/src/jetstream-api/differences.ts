import type { Said } from './converse.ts';

/** Where two answers to the same request differ, one line each: `what was asked → .path: expected, here actual`. */
export function differences(expected: readonly Said[], actual: readonly Said[]): string[] {
  return expected.flatMap(({ asked, answers }, i) =>
    compare(answers, actual[i]?.answers, '').map((line) => `${asked} → ${line}`),
  );
}

function compare(expected: unknown, actual: unknown, path: string): string[] {
  if (!isObject(expected) || !isObject(actual)) {
    return expected === actual ? [] : [`${path}: ${JSON.stringify(expected)}, here ${JSON.stringify(actual)}`];
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  const lines = [...names].flatMap((name) => compare(expected[name], actual[name], `${path}.${name}`));
  const isShuffled = Object.keys(expected).join() !== Object.keys(actual).join();
  return lines.length === 0 && isShuffled ? [`${path}: in another order: ${Object.keys(actual)}`] : lines;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
