/** A scrape is answered within 200 ms; every process that a page asks has 150 ms of them. */
const DEADLINE_MS = 170;

/** What comes in time. Undefined for what fails or is late: its metrics are missing from the scrape, and hold nobody up. */
export async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, DEADLINE_MS, undefined);
  try {
    return await Promise.race([work, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
