const DRIFT_MAX_MS = 2;

/**
 * Unix time in milliseconds with microseconds as its fraction. The high-resolution clock does not follow steps of the
 * system's, so it is set anew when the two have drifted apart.
 */
export function createWallClock(wallMs: () => number, monotonicMs: () => number): () => number {
  let offsetMs = wallMs() - monotonicMs();
  return () => {
    const coarse = wallMs();
    const fine = offsetMs + monotonicMs();
    if (Math.abs(fine - coarse) <= DRIFT_MAX_MS) return fine;
    offsetMs = coarse - monotonicMs();
    return coarse;
  };
}

/** The system's. */
export const wallClock = (): (() => number) =>
  createWallClock(
    () => Date.now(),
    () => performance.now(),
  );
