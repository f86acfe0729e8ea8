import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/e2e/**', 'test/kubectl/**'],
    environment: 'node',
    testTimeout: 20_000,
  },
})
