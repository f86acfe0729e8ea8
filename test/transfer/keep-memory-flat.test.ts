import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const source = new URL('../../src/transfer/keep-memory-flat.ts', import.meta.url).href

/** In a process of its own: bytes of the young generation when many objects have lived for a while. */
function youngBytes(before: string): number {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { keepMemoryFlat } from '${source}'
    ${before}
    const ring = new Array(20_000)
    for (let i = 0; i < 5_000_000; i++) ring[i % ring.length] = { at: [i] }
    const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
    process.stdout.write(String(young.space_size))`
  const args = ['--input-type=module', '--eval', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stdout, stderr).toMatch(/^\d+$/)
  return Number(stdout)
}

test('the young generation stays as small as it was', () => {
  expect(youngBytes('keepMemoryFlat()')).toBeLessThan(6 * 1024 * 1024)
  expect(youngBytes('')).toBeGreaterThan(12 * 1024 * 1024)
})
