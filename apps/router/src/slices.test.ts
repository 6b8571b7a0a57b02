import { defaultOptions } from '@skein/config';
import { defaultJetStreamOptions } from '@skein/config/jetstream';
import { expect, it } from 'vitest';
import { sliceFor } from './slices.ts';

it('keys that messages are encrypted with are told to the stores alone', () => {
  const options = defaultOptions();
  options.jetstream = { ...defaultJetStreamOptions(), encryption: { key: 's3cret', cipher: 'aes' } };
  expect(JSON.stringify(sliceFor('jetstream-store', options))).toContain('s3cret');
  for (const component of ['gateway', 'monitor'] as const) {
    expect(JSON.stringify(sliceFor(component, options))).not.toContain('s3cret');
  }
});

it('who may see the pages is told to the monitor alone', () => {
  const options = defaultOptions();
  options.skein.monitoring = { token: 's3cret', openHealthz: false };
  expect(JSON.stringify(sliceFor('monitor', options))).toContain('s3cret');
  expect(JSON.stringify(sliceFor('gateway', options))).not.toContain('s3cret');
});
