import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sentInputs, untilSent } from '../../src/agent/sent-inputs.ts'
import { planOf, rootOrder } from './plans.ts'
import { makeScratch } from './trees.ts'

const root = new URL('../..', import.meta.url).pathname

/** `agent take` as a program: its input is a stream. */
function take(directory: string, words: readonly string[], bytes: string) {
  const script = `
    import { takeInput } from '${root}src/agent/sent-inputs.ts'
    try { takeInput(process.argv[1], process.argv.slice(2)) }
    catch (error) { console.log(error.code + ' ' + error.message); process.exitCode = 1 }
  `
  const args = ['--input-type=module', '-e', script, directory, ...words]
  const { status, stdout } = spawnSync('node', args, { input: bytes, encoding: 'utf8' })
  return { status, said: stdout.trim() }
}

test('what comes in pieces is there when it is whole, and not before', () => {
  const directory = makeScratch()
  const file = join(directory, '0')
  const first = take(directory, ['0', '0', '10'], 'hello')
  expect(first).toMatchObject({ status: 1 })
  expect(first.said).toContain('warehouse-unavailable cannot take the input "0"')
  expect(first.said).toContain('5 bytes have come, of 10')
  expect(existsSync(file)).toBe(false)
  expect(take(directory, ['0', '5', '10'], 'world')).toEqual({ status: 0, said: '' })
  expect(readFileSync(file, 'utf8')).toBe('helloworld')
  // The word of it was lost, and it is sent again.
  expect(take(directory, ['0', '5', '10'], 'again')).toMatchObject({ status: 0 })
  expect(readFileSync(file, 'utf8')).toBe('helloworld')
})

test('what was sent twice from one place is there once', () => {
  const directory = makeScratch()
  take(directory, ['0', '0', '6'], 'abcd')
  expect(take(directory, ['0', '2', '6'], 'CDEF')).toMatchObject({ status: 0 })
  expect(readFileSync(join(directory, '0'), 'utf8')).toBe('abCDEF')
})

test.each([
  [['0', '9', '10'], 'was sent from 9 on'],
  [['../x', '0', '1'], 'are numbers'],
  [['0'], 'are numbers'],
])('%j is refused', (words, why) => {
  expect(take(makeScratch(), words, 'x').said).toContain(why)
})

test('a plan is waited for as far as it names files of the directory', () => {
  const from = (address: string) => ({ ware: 'tar:x', path: '/', from: [address] })
  const plan = planOf(
    rootOrder({
      wares: [
        from('file:///r2k8s/inputs/1'),
        from('ca+http://wares.example/'),
        from('file:///r2k8s/inputs/../etc'),
        from('file:///r2k8s/inputs/1'),
      ],
    }),
  )
  expect(sentInputs(plan, '/r2k8s/inputs')).toEqual(['/r2k8s/inputs/1'])
})

test('waiting ends with the files, the signal, or ten minutes without news', async () => {
  const directory = makeScratch()
  const file = join(directory, '0')
  const never = new AbortController().signal
  const waiting = untilSent([file], never, () => 0)
  writeFileSync(file, '')
  await waiting
  const missing = [join(directory, '1')]
  const stopped = untilSent(missing, AbortSignal.abort(), () => 0)
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
  let now = 0
  const late = untilSent(missing, never, () => (now += 400_000))
  await expect(late).rejects.toMatchObject({ code: 'warehouse-unavailable' })
})
