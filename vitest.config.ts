import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['./harness/vitest/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: ['harness/**/*.test.ts', 'fixtures/**/*.test.ts'],
  },
})
