import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real programs on a machine of two cores: an encode may have to wait for another.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // CI prints a closing line of its own from the second.
    reporters:
      process.env['CI'] === undefined
        ? ['default']
        : ['default', ['json', { outputFile: '.vitest/results.json' }]],
    pool: 'forks',
    maxWorkers: 2,
  },
});
