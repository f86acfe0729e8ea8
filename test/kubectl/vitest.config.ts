import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Run by `make kubectl-test`, which says where a kubectl is.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/kubectl/*.test.ts'],
    testTimeout: 60_000,
  },
})
