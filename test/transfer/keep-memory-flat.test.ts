import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const source = new URL('../../src/transfer/keep-memory-flat.ts', import.meta.url).href

/**
 * In a process of its own: bytes of the young generation while many objects live for a while. The median of
 * fifty looks, for a single one may fall into a collection, where pages count that are about to be given back.
 */
function youngBytes(before: string): number {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { keepMemoryFlat } from '${source}'
    ${before}
    const ring = new Array(20_000)
    const looks = []
    for (let i = 1; i <= 5_000_000; i++) {
      ring[i % ring.length] = { at: [i] }
      if (i % 100_000 === 0) looks.push(look())
    }
    process.stdout.write(String(looks.sort((a, b) => a - b)[25]))

    function look() {
      return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size
    }`
  const args = ['--input-type=module', '--eval', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stdout, stderr).toMatch(/^\d+$/)
  return Number(stdout)
}

test('the young generation stays far smaller than it would be', () => {
  expect(youngBytes('keepMemoryFlat()')).toBeLessThan(youngBytes('') / 4)
})
