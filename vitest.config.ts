import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { readManifests } from './tools/manifests.mjs'

// What somebody has cached, or is logged in to, is none of the tests' business.
const home = fileURLToPath(new URL('node_modules/.home', import.meta.url))
rmSync(home, { recursive: true, force: true })
mkdirSync(home, { recursive: true })

export default defineConfig({
  define: { R2K8S_MANIFESTS: JSON.stringify(readManifests()) },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/e2e/**', 'test/kubectl/**'],
    environment: 'node',
    env: { HOME: home, XDG_CACHE_HOME: '' },
    testTimeout: 20_000,
  },
})
