import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { MixedSequencer } from './test/support/sequencer.ts';

const base = { pool: 'forks' } as const;

/** One more than a small machine has processors: it is for the end-to-end files, which mostly wait. */
const together = { maxWorkers: Math.max(3, availableParallelism()), sequence: { groupOrder: 0 } };

/** Tests against a real API server. */
const endToEnd = {
  globalSetup: ['test/e2e/support/global-setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 180_000,
};

// Without --project all of them run; `npm test` leaves the long faults out.
export default defineConfig({
  test: {
    sequence: { sequencer: MixedSequencer },
    projects: [
      {
        test: {
          ...base,
          ...together,
          name: 'unit',
          include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          // Generous: a shared machine may be many times slower than it was.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
          // A process for each file would take longer than most files do. No module has state that changes.
          isolate: false,
        },
      },
      {
        test: {
          ...base,
          ...endToEnd,
          ...together,
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
        },
      },
      {
        test: {
          ...base,
          ...endToEnd,
          name: 'faults',
          include: ['test/e2e/long/*.test.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
