import { setTimeout as delay } from 'node:timers/promises';
import type { Asking } from './asking.ts';
import { nowSeconds } from './clock.ts';

/** When a publish was sent, in seconds, and how long its acknowledgement took; Infinity: there was none. */
export interface Probed {
  readonly sentAt: number;
  readonly seconds: number;
}

const PERIOD_MS = 1;
const BODY = 'x'.repeat(128);

/**
 * Publishes to each of the subjects in turn, a message a millisecond whatever became of those before, until told to stop.
 * What is not acknowledged a second later counts as lost.
 */
export function probe(asking: Asking, subjects: readonly string[]): { stop(): Promise<Probed[]> } {
  const probed: Probed[] = [];
  const open: Promise<void>[] = [];
  let sent = 0;
  const timer = setInterval(() => {
    const sentAt = nowSeconds();
    const lost = probed.push({ sentAt, seconds: Number.POSITIVE_INFINITY }) - 1;
    open.push(
      asking.ask(subjects[sent++ % subjects.length] as string, BODY).then(
        (body) => {
          if (body !== '' && !body.includes('"error"')) probed[lost] = { sentAt, seconds: nowSeconds() - sentAt };
        },
        () => {},
      ),
    );
  }, PERIOD_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.race([Promise.all(open), delay(1000)]);
      return probed;
    },
  };
}
