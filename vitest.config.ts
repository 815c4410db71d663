import { defineConfig } from 'vitest/config';

const base = { pool: 'forks' } as const;

// Without --project all of them run; `npm test` leaves the long faults out.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...base,
          name: 'unit',
          include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          // Generous: a shared machine may be many times slower than it was.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...base,
          ...endToEnd(1),
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
        },
      },
      {
        test: {
          ...base,
          ...endToEnd(2),
          name: 'faults',
          include: ['test/e2e/long/*.test.ts'],
        },
      },
    ],
  },
});

/** Tests against a real API server: two at a time are what a small machine can bear, behind all others. */
function endToEnd(groupOrder: number) {
  return {
    globalSetup: ['test/e2e/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    sequence: { groupOrder },
  };
}
