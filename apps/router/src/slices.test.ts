import { defaultOptions } from '@skein/config';
import { expect, it } from 'vitest';
import { sliceFor } from './slices.ts';

it('who may see the pages is told to the monitor alone', () => {
  const options = defaultOptions();
  options.skein.monitoring = { token: 's3cret', openHealthz: false };
  expect(JSON.stringify(sliceFor('monitor', options))).toContain('s3cret');
  expect(JSON.stringify(sliceFor('gateway', options))).not.toContain('s3cret');
});
