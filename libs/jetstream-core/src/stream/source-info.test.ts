import { expect, it } from 'vitest';
import { apiErrors } from '../api-error.ts';
import { sourceInfo } from './source-info.ts';

/** As nats-server 2.15.2 writes them. */
it.each([
  [{ name: 'O' }, { lag: 0, seq: 0, active: -1, error: undefined }, '{"name":"O","lag":0,"active":-1}'],
  [
    { name: 'O', filter_subject: 'o.1' },
    { lag: 2, seq: 5, active: 7, error: undefined },
    '{"name":"O","lag":2,"seq":5,"active":7,"filter_subject":"o.1"}',
  ],
  [
    { name: 'N', external: { api: 'a', deliver: '' } },
    { lag: 0, seq: 0, active: -1, error: apiErrors.streamNotFound() },
    '{"name":"N","external":{"api":"a","deliver":""},"lag":0,"active":-1,"error":{"code":404,"err_code":10059,"description":"stream not found"}}',
  ],
])('says how far a stream is: %j', (source, progress, text) => {
  expect(JSON.stringify(sourceInfo(source, progress))).toBe(text);
});
