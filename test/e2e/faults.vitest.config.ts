import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Run by `make e2e` after the others: these take the webhook, the API server or the policies away, so
// they have the cluster for themselves, one after the other.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/e2e/faults/*.test.ts'],
    globalSetup: ['test/e2e/global-setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
})
