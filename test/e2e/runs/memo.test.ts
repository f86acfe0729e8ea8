import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeNamespace } from '../lab.ts'
import { makeDirectory, outputOf, run, startRun, writeBuild } from './build.ts'
import { serveWritable } from './writable.ts'

const build = { script: 'echo it runs; echo made > file', outputs: ['/task/file'] }

describe.concurrent('a formula that has run well', () => {
  test('does not run again as long as its outputs are where they are to be', async () => {
    const namespace = await makeNamespace()
    const memos = makeDirectory()
    const archive = join(makeDirectory(), 'file.tar.gz')
    const args = ['run', writeBuild(build), '--save', `file:${archive}`]
    const again = (...flags: readonly string[]) =>
      startRun(namespace, [...args, ...flags], { REPEATR_MEMODIR: memos }).ended

    const first = await again()
    expect(outputOf(first.stderr)).toBe('it runs\n')
    expect(first.exit, first.stderr).toBe(0)
    const second = await again()
    expect(second.stderr).toContain('not run again')
    expect(second.record).toEqual(first.record)
    expect(second.exit).toBe(0)

    const forced = await again('--force')
    expect(outputOf(forced.stderr)).toBe('it runs\n')
    expect((await again()).record).toEqual(forced.record)

    writeFileSync(archive, 'no archive')
    const damaged = await again()
    expect(damaged.stderr).toContain('it has run before, but runs again: /task/file at')
    rmSync(archive)
    const gone = await again()
    expect(outputOf(gone.stderr)).toBe('it runs\n')
  })

  test('runs again when the warehouse has lost what it made', async () => {
    const namespace = await makeNamespace()
    const warehouse = await serveWritable()
    const flags = ['--save', warehouse.address, '--credentials', warehouse.credentials]
    const args = ['run', writeBuild(build), ...flags]
    const again = () =>
      startRun(namespace, args, { REPEATR_MEMODIR: join(warehouse.directory, '.m') })
        .ended
    expect(outputOf((await again()).stderr)).toBe('it runs\n')
    expect((await again()).stderr).toContain('not run again')
    const hash = (await again()).record?.results['/task/file']?.replace('tar:', '') ?? '?'
    rmSync(join(warehouse.directory, hash.slice(0, 3), hash.slice(3, 6), hash))
    expect(outputOf((await again()).stderr)).toBe('it runs\n')
  })

  test('that has failed runs again', async () => {
    const namespace = await makeNamespace()
    const args = ['run', writeBuild({ script: 'echo it runs; exit 3' })]
    const memos = { REPEATR_MEMODIR: makeDirectory() }
    const again = () => startRun(namespace, args, memos).ended
    await again()
    expect(outputOf((await again()).stderr)).toBe('it runs\n')
  })
})

test('an input of this machine is uploaded once, and the pod fetches it', async () => {
  const namespace = await makeNamespace()
  const { address, credentials } = await serveWritable()
  const directory = makeDirectory()
  writeFileSync(join(directory, 'file'), 'from here\n')
  const flags = ['--input', `/src=${directory}`, '--upload', address]
  const again = () =>
    run(
      namespace,
      writeBuild({ script: 'cat /src/file' }),
      ...flags,
      '--credentials',
      credentials,
    )
  const first = await again()
  expect(first.stderr).toContain('info: uploaded tar:')
  expect(first.stderr).not.toContain('sending')
  expect(outputOf(first.stderr)).toBe('from here\n')
  const second = await again()
  expect(second.stderr).toContain(`${address} already`)
  expect(outputOf(second.stderr)).toBe('from here\n')
})
