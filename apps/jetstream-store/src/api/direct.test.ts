import { expect, it } from 'vitest';
import type { JetStreamAccount } from '../hosting.ts';
import { answerDirect } from './direct.ts';

it('looks for the stream that the subject names, and for none where it names none', () => {
  const asked: string[] = [];
  const account = { directOf: (name: string) => void asked.push(name) } as unknown as JetStreamAccount;
  const request = { content: Buffer.alloc(0), headerBytes: 0 };
  for (const subject of ['GET.S', 'GET.S.a.b', 'GET', 'GETTY.S', 'GETTERS.S.a']) {
    answerDirect(account, { ...request, subject: `$JS.API.DIRECT.${subject}` });
  }
  expect(asked).toEqual(['S', 'S']);
});
