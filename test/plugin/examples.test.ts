// Manifests as other people wrote them (test/data/manifests/README.md).

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { directoryWith, kubectlR2k8s } from './cli.ts'
import { formula } from './samples.ts'

const directory = new URL('../data/manifests', import.meta.url).pathname
const names = readdirSync(directory).filter((name) => name.endsWith('.yaml'))
const imageLine = /^(\s*(?:- )?image:\s*)[^\s#]+/gm

describe.each(names)('%s', (name) => {
  const original = readFileSync(join(directory, name), 'utf8')
  const images = [...original.matchAll(imageLine)]

  test('without a reference comes out byte for byte', async () => {
    const { exit, stdout, stderr } = await kubectlR2k8s(['template'], { stdin: original })
    expect([exit, stdout, stderr]).toEqual([0, original, ''])
  })

  test.each(images.map((_, i) => i))(
    'loses one line for image %i as a reference',
    async (wanted) => {
      let i = 0
      const manifest = original.replaceAll(imageLine, (line, start: string) =>
        i++ === wanted ? `${start}./web.formula` : line,
      )
      const cwd = directoryWith({ 'web.formula': formula })
      const { exit, stdout } = await kubectlR2k8s(['template'], { cwd, stdin: manifest })
      expect(exit).toBe(0)
      expect(stdout).not.toBe(manifest)
      const output = stdout.split('\n')
      let at = -1
      for (const line of manifest.split('\n')) {
        if (/^\s*(- )?(image: \.\/web\.formula|imagePullPolicy:)/.test(line)) continue
        at = output.indexOf(line, at + 1)
        expect(at, `"${line}" stands in the output, in its order`).toBeGreaterThanOrEqual(
          0,
        )
      }
    },
  )
})
