import { defineConfig } from 'vitest/config'
import { readManifests } from './tools/manifests.mjs'

export default defineConfig({
  define: { R2K8S_MANIFESTS: JSON.stringify(readManifests()) },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/e2e/**', 'test/kubectl/**'],
    environment: 'node',
    testTimeout: 20_000,
  },
})
