/**
 * Why claims are not to be used: `expired` and `not_yet_valid` are so now, `blocking` are so for ever. All are about what the
 * claims say of themselves; who has signed them is another question.
 */
export interface Issue {
  kind: 'blocking' | 'expired' | 'not_yet_valid';
  text: string;
}

const issuesMax = 1000;

export class Issues {
  readonly all: Issue[] = [];

  /** There are enough to know that it can't be used: a token may be made to have millions. */
  get isFull(): boolean {
    return this.all.length >= issuesMax;
  }

  check(fine: boolean, text: string): void {
    if (!fine && !this.isFull) this.all.push({ kind: 'blocking', text });
  }
}
