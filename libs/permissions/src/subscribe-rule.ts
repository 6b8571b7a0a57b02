import { matches } from '@skein/subjects';
import { covers, overlaps } from './pattern.ts';
import { SubjectSet } from './subject-set.ts';

interface QueueEntry {
  subject: string;
  queue: string;
}

/** One list of a subscribe permission. An entry `subject queue` speaks of subscriptions in matching queue groups only. */
export class SubscribeRule {
  private readonly plain: SubjectSet;
  private readonly queues: QueueEntry[] = [];

  constructor(entries: readonly string[]) {
    const plain: string[] = [];
    for (const entry of entries) {
      const [subject, queue] = entry.split(/\s+/, 2);
      if (queue === undefined) plain.push(subject);
      else this.queues.push({ subject, queue });
    }
    this.plain = new SubjectSet(plain);
  }

  /** As an allow list. Where an entry with a queue matches the subject, the entries without one count no more. */
  allows(subject: string, queue: string): boolean {
    if (queue !== '') {
      const entries = this.queues.filter((entry) => matches(entry.subject, subject));
      if (entries.length > 0) return entries.some((entry) => matches(entry.queue, queue));
    }
    return this.plain.has(subject);
  }

  /** As a deny list, and for a message: every entry counts. */
  names(subject: string, queue: string): boolean {
    if (this.plain.has(subject)) return true;
    if (queue === '') return false;
    return this.queues.some((entry) => matches(entry.queue, queue) && matches(entry.subject, subject));
  }

  overlaps(pattern: string, queue: string): boolean {
    if (this.plain.overlaps(pattern)) return true;
    if (queue === '') return false;
    return this.queues.some((entry) => matches(entry.queue, queue) && overlaps(entry.subject, pattern));
  }

  covers(pattern: string, queue: string): boolean {
    if (this.plain.covers(pattern)) return true;
    if (queue === '') return false;
    return this.queues.some((entry) => matches(entry.queue, queue) && covers(entry.subject, pattern));
  }
}
