/** Where two normalised pages differ, one line each: in keys, their order, types or values. */
export function pageDifferences(expected: unknown, actual: unknown, path = ''): string[] {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) return [`${path}: ${expected.length} entries, here ${actual.length}`];
    return expected.flatMap((one, i) => pageDifferences(one, actual[i], `${path}[${i}]`));
  }
  if (!isObject(expected) || !isObject(actual)) {
    return Object.is(expected, actual) ? [] : [`${path}: ${JSON.stringify(expected)}, here ${JSON.stringify(actual)}`];
  }
  const missing = Object.keys(expected).filter((key) => !(key in actual));
  const added = Object.keys(actual).filter((key) => !(key in expected));
  const shared = Object.keys(expected).filter((key) => key in actual);
  const order = Object.keys(actual).filter((key) => key in expected);
  const differences = [
    ...missing.map((key) => `${path}.${key}: missing here`),
    ...added.map((key) => `${path}.${key}: only here`),
    ...shared.flatMap((key) => pageDifferences(expected[key], actual[key], `${path}.${key}`)),
  ];
  if (shared.join() !== order.join()) differences.push(`${path}: another order, ${order.join()}`);
  return differences;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
