import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Run by `make e2e`. Tests of one file run side by side where they say so; most of their time is waiting.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/e2e/pods/*.test.ts', 'test/e2e/runs/*.test.ts'],
    globalSetup: ['test/e2e/global-setup.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxConcurrency: 8,
    maxWorkers: 3,
  },
})
