/**
 * Why claims are not to be used: `expired` and `not_yet_valid` are so now, `blocking` are so for ever. All are about what the
 * claims say of themselves; who has signed them is another question.
 */
export interface Issue {
  kind: 'blocking' | 'expired' | 'not_yet_valid';
  text: string;
}

export class Issues {
  readonly all: Issue[] = [];

  check(fine: boolean, text: string): void {
    if (!fine) this.all.push({ kind: 'blocking', text });
  }
}
