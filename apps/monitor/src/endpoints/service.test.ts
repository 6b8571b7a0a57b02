import { expect, it } from 'vitest';
import type { Monitor } from '../monitor.ts';
import { UnavailableError } from '../unavailable-error.ts';
import { endpoint, ok } from './endpoint.ts';
import { NotForThisServer } from './not-for-this-server.ts';
import { QuestionError } from './question-error.ts';
import { answerService } from './service.ts';

const monitor = {} as Monitor;
const echo = endpoint({
  name: 'ECHO',
  fields: { account: { kind: 'string', query: 'acc', body: 'account' } },
  forAccount: (options, account) => ({ ...options, account }),
  answer: (_monitor, { account }) => ok({ account }),
});
const failing = (error: Error) =>
  endpoint({
    name: 'FAIL',
    answer: () => {
      throw error;
    },
  });

it('answers with data, about the account of the service alone', async () => {
  expect(await answerService(monitor, echo, '{"account":"A"}')).toEqual({ data: { account: 'A' } });
  expect(await answerService(monitor, echo, '{"account":"A"}', 'B')).toEqual({ data: { account: 'B' } });
});

it('says what is wrong with a request, in nats-server’s codes', async () => {
  const description =
    'json: cannot unmarshal number into Go struct field EchoEventOptions.EchoOptions.account of type string';
  expect(await answerService(monitor, echo, '{"account":5}')).toEqual({ error: { code: 400, description } });
  const answerOf = (error: Error) => answerService(monitor, failing(error), '');
  expect(await answerOf(new QuestionError('no'))).toEqual({ data: null, error: { code: 500, description: 'no' } });
  expect(await answerOf(new UnavailableError('x'))).toEqual({ data: null, error: { code: 503, description: 'x' } });
  expect(await answerOf(new NotForThisServer('other'))).toBeUndefined();
});

it('gives a service what it has beside the page', async () => {
  const page = endpoint({ name: 'X', answer: () => ({ status: 404, text: 'none', body: null, data: {} }) });
  expect(await answerService(monitor, page, '')).toEqual({ data: {} });
});
