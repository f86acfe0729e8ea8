// Bundles each program into one CommonJS file under dist/ (ESM bundles fail at start for commander
// and fastify). The same input gives the same bytes.
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { readManifests } from './manifests.mjs'

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
)

const programs = {
  'kubectl-r2k8s': 'src/plugin/main.ts',
  agent: 'src/agent/main.ts',
  webhook: 'src/webhook/main.ts',
}

/**
 * commander loads node:child_process for subcommands that are programs of their own. There are
 * none, and loading it takes every start 5 ms.
 */
const withoutChildProcess = {
  name: 'without-child-process',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?child_process$/ }, ({ importer }) =>
      importer.includes('/commander/')
        ? { path: 'nothing', namespace: 'nothing' }
        : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({
      contents: 'module.exports = {}',
    }))
  },
}

await build({
  entryPoints: Object.entries(programs).map(([out, entry]) => ({ in: entry, out })),
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'external',
  legalComments: 'linked',
  define: {
    R2K8S_VERSION: JSON.stringify(version),
    R2K8S_MANIFESTS: JSON.stringify(readManifests()),
  },
  plugins: [withoutChildProcess],
  logLevel: 'warning',
})
