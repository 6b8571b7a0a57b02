import { defineConfig } from 'vitest/config';

/** Only tells a test that hangs: how long one takes depends on what else the machine does. */
const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['{apps,libs,tools}/*/src/**/*.test.ts'], ...timeouts } },
      {
        test: {
          name: 'integration',
          include: ['{apps,libs,tools}/*/src/**/*.itest.ts'],
          fileParallelism: false,
          ...timeouts,
        },
      },
    ],
  },
});
