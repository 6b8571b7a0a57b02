export const decisionsMax = 256;

/**
 * Remembers what was decided for recent subjects: with ten rules, matching them all takes as long as the lookup, with two
 * hundred ten times as long. It is emptied when full, as most subjects of a connection are few or never come again.
 */
export class DecisionCache {
  private readonly decide: (subject: string) => boolean;
  private readonly known = new Map<string, boolean>();

  constructor(decide: (subject: string) => boolean) {
    this.decide = decide;
  }

  get(subject: string): boolean {
    let decision = this.known.get(subject);
    if (decision === undefined) {
      decision = this.decide(subject);
      if (this.known.size >= decisionsMax) this.known.clear();
      this.known.set(subject, decision);
    }
    return decision;
  }

  get size(): number {
    return this.known.size;
  }
}
