import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { interregnum } from './harness/vitest/index.ts'

/** Suites that start real processes, or measure the machine that they run on. */
const realWorld = [
  'harness/cli/**/*.test.ts',
  'harness/ledger/**/*.test.ts',
  'harness/link/**/*.test.ts',
  'harness/world/process/**/*.test.ts',
  'harness/world/container/**/*.test.ts',
  'harness/world/remote/**/*.test.ts',
  'harness/**/*.process.test.ts',
  'harness/package.test.ts',
  'fixtures/soak/**/*.test.ts',
  'fixtures/**/server.test.ts',
  'fixtures/reference/container.test.ts',
  'fixtures/images/postgres.test.ts',
  'fixtures/reference/storage/postgres/**/*.test.ts',
]

const shared = {
  pool: 'forks' as const,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  alias: { interregnum: fileURLToPath(new URL('./harness/index.ts', import.meta.url)) },
}

export default defineConfig({
  test: {
    globalSetup: ['./harness/vitest/global-setup.ts'],
    projects: [
      {
        // A unit leaves nothing behind in its process: one serves many files, and imports once.
        test: {
          ...shared,
          name: 'unit',
          isolate: false,
          maxWorkers: 2,
          include: ['harness/**/*.test.ts', 'fixtures/**/*.test.ts'],
          exclude: realWorld,
        },
      },
      {
        test: {
          ...shared,
          name: 'process',
          include: realWorld,
          testTimeout: 120_000,
          // Most of them wait for other processes most of the time.
          maxWorkers: 3,
          // After the others: what measures real time wants the machine for itself.
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [interregnum()],
        // A trial leaves nothing behind in its process: one serves all of them.
        test: { ...shared, name: 'scenarios', isolate: false, maxWorkers: 2 },
      },
    ],
  },
})
