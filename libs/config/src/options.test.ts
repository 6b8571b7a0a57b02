import { expect, it } from 'vitest';
import { completeOptions, defaultOptions, type ServerOptions } from './options.ts';

it('what another release did not know has its default; what it said, and what this one does not know, stays', () => {
  const { lameDuckDurationMs: _unknown, skein, ...rest } = defaultOptions();
  const { metrics: _also, ...known } = { ...skein, gateways: 3 };
  const written = { ...rest, port: 4333, skein: known, ofALaterRelease: { a: 1 } } as unknown as ServerOptions;
  expect(completeOptions(written)).toEqual({
    ...defaultOptions(),
    port: 4333,
    skein: { ...skein, gateways: 3 },
    ofALaterRelease: { a: 1 },
  });
});

it('lists and tables of names are not mixed with the defaults', () => {
  const options = { ...defaultOptions(), serverTags: ['a'], serverMetadata: { a: 'b' }, warnings: ['w'] };
  expect(completeOptions(options)).toEqual(options);
});
