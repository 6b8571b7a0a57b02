import { readFileSync } from 'node:fs';

/** An advisory of a nats-server; of what is other in every run only its kind is kept (`<string>`). */
export interface RecordedAdvisory {
  /** Of the server; '': none. */
  domain: string;
  /** Where it was heard. */
  account: string;
  subject: string;
  body: Record<string, unknown>;
}

/** What `scripts/record-advisories.ts` wrote down. */
export const loadRecordedAdvisories = (): RecordedAdvisory[] =>
  JSON.parse(readFileSync(new URL('advisories.json', import.meta.url), 'utf8'));
