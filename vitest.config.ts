import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['{apps,libs,tools}/*/src/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          include: ['{apps,libs,tools}/*/src/**/*.itest.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
