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
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
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
          // After the others: what measures real time wants the machine for itself.
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [interregnum()],
        // A trial leaves nothing behind in its process: one serves all of them.
        test: { ...shared, name: 'scenarios', isolate: false },
      },
    ],
  },
})
