import { describe, expect, it } from 'vitest';
import { notYet } from './not-yet.ts';
import { defaultOptions, type TlsOptions } from './options.ts';

describe('settings that nothing acts on yet', () => {
  it('are none by default', () => {
    expect(notYet(defaultOptions())).toEqual({ warnings: [] });
  });

  it('are refused where somebody relies on them', () => {
    const options = defaultOptions();
    const tls = { verifyAndMap: true } as TlsOptions;
    expect(notYet({ ...options, tls }).refusal).toBe('"verify_and_map" is not supported yet');
  });

  it('are warned of where they tune what is not there', () => {
    expect(notYet({ ...defaultOptions(), writeTimeout: 'retry' }).warnings).toEqual([
      '"write_timeout" is not supported yet and has no effect',
    ]);
  });
});
