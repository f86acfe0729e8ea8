import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const checkout = join(import.meta.dirname, '../../..')
const work = mkdtempSync(join(tmpdir(), 'r2k8s-image-'))
afterAll(() => {
  rmSync(work, { recursive: true, force: true })
})

function build(folder: string): string {
  const env = { ...process.env, R2K8S_IMAGE_WORK: folder }
  return execFileSync('sh', ['image/build.sh'], {
    ...{ cwd: checkout, env, encoding: 'utf8' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

function digestOf(archive: string): string {
  const index = execFileSync('tar', ['-xOf', archive, 'index.json'], { encoding: 'utf8' })
  return /"digest":"(sha256:[0-9a-f]{64})"/.exec(index)?.[1] ?? index
}

// Set-up has built the image already, and only by buildah it stands on this.
const usual = join(checkout, '.tools/image')
const base = join(usual, 'base.tar')
const byBuildah = spawnSync('docker', ['info']).status !== 0 && existsSync(base)

// Engines put times into layers that they do not let one choose.
test.skipIf(!byBuildah)(
  'the image has the same digest however often it is built',
  { timeout: 300_000 },
  () => {
    const first = digestOf(build(usual))
    // What Debian publishes may have changed since it was made.
    copyFileSync(base, join(work, 'base.tar'))
    expect(digestOf(build(work))).toBe(first)
    rmSync(join(work, 'stamp'))
    expect(digestOf(build(work))).toBe(first)
  },
)
