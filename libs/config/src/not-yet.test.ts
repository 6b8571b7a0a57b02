import { expect, it } from 'vitest';
import { notYet } from './not-yet.ts';
import { defaultOptions } from './options.ts';

it('settings that nothing acts on yet are warned of', () => {
  expect(notYet(defaultOptions())).toEqual([]);
  expect(notYet({ ...defaultOptions(), writeTimeout: 'retry' })).toEqual([
    '"write_timeout" is not supported yet and has no effect',
  ]);
});
