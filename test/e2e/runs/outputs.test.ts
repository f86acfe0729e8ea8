import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { kubectl, lab, makeNamespace } from '../lab.ts'
import { listen } from '../warehouse.ts'
import { makeDirectory, run, startRun, untilSaid, writeBuild } from './build.ts'
import { serveWritable } from './writable.ts'

const build = {
  script: 'umask 022; mkdir out; echo hello > out/greeting; echo more > file',
  outputs: ['/task/out', '/task/file'],
}

/** Names in an archive. */
const listOf = (archive: string): string[] =>
  execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).trim().split('\n')

describe.concurrent('outputs', () => {
  test('go to a warehouse with credentials that belong to the run alone', async () => {
    const namespace = await makeNamespace()
    const warehouse = await serveWritable()
    const flags = ['--save', warehouse.address, '--credentials', warehouse.credentials]
    const { exit, stderr, record } = await run(namespace, writeBuild(build), ...flags)
    expect(stderr).not.toContain(warehouse.token)
    expect(exit).toBe(0)
    for (const ware of Object.values(record?.results ?? {})) {
      const hash = ware.replace('tar:', '')
      const shelf = join(warehouse.directory, hash.slice(0, 3), hash.slice(3, 6))
      expect(readdirSync(shelf)).toContain(hash)
    }
    const left = await kubectl(['-n', namespace, 'get', 'secrets', '-o', 'name'])
    expect(left).not.toContain('warehouse')
  })

  test.each(['finish', 'die'])(
    'come to the disk of this machine without any warehouse, under %s',
    async (policy) => {
      const namespace = await makeNamespace()
      const home = makeDirectory()
      const archive = join(home, 'out.tar.gz')
      const flags = [
        ...['--save', `/task/out=file:${archive}`, '--save', `ca+file:${home}`],
        ...['--on-disconnect', policy],
      ]
      const { exit, record } = await run(namespace, writeBuild(build), ...flags)
      expect(exit).toBe(0)
      expect(listOf(archive)).toEqual(['./', './greeting'])
      const hash = record?.results['/task/file']?.replace('tar:', '') ?? ''
      expect(readdirSync(join(home, hash.slice(0, 3), hash.slice(3, 6)))).toEqual([hash])
    },
  )

  test('are not built for a place that nobody can write to', async () => {
    const namespace = await makeNamespace()
    const home = makeDirectory()
    const flags = [
      '--save',
      `/task/out=file:${home}`,
      '--save',
      `ca+file:${home}/nowhere`,
    ]
    const { exit, stderr } = await run(namespace, writeBuild(build), ...flags)
    expect(stderr).toContain('cannot save the output "/task/out"')
    expect(stderr).toContain('is there already and no regular file')
    expect(stderr).toContain('cannot save the output "/task/file"')
    expect(stderr).not.toContain('the run is')
    expect(exit).toBe(4)
  })

  test('of 30 MB come home whole', async () => {
    const namespace = await makeNamespace()
    const archive = join(makeDirectory(), 'out.tar.gz')
    const script = 'mkdir out; dd if=/dev/urandom of=out/noise bs=1M count=30'
    const noisy = writeBuild({ script, outputs: ['/task/out'] })
    const { exit } = await run(namespace, noisy, '--save', `file:${archive}`)
    expect(exit).toBe(0)
    expect(listOf(archive)).toEqual(['./', './noise'])
  })

  test('that a warehouse refuses do not take the others with them', async () => {
    const namespace = await makeNamespace()
    const archive = join(makeDirectory(), 'file.tar.gz')
    const readOnly = ['--save', `/task/out=${lab.warehouse}`]
    const flags = [...readOnly, '--save', `/task/file=file:${archive}`]
    const { exit, stderr, record } = await run(namespace, writeBuild(build), ...flags)
    expect(exit).toBe(4)
    expect(stderr).toContain('[warehouse-unwritable]')
    expect(Object.keys(record?.results ?? {})).toEqual(['/task/file'])
    expect(listOf(archive)).toEqual(['.'])
  })

  test('refuse to be saved where credentials are missing', async () => {
    const namespace = await makeNamespace()
    const { address } = await serveWritable()
    const { exit, stderr } = await run(namespace, writeBuild(build), '--save', address)
    expect(exit).toBe(4)
    expect(stderr).toContain('401')
  })

  test('are checked for where they should go before anything starts', async () => {
    const namespace = await makeNamespace()
    const flags = ['--save', '/task/other=ca+http://x/', '--save', 'ftp://x/']
    const { exit, stderr } = await run(namespace, writeBuild(build), ...flags)
    expect(exit).toBe(1)
    expect(stderr).toContain('there is no output "/task/other"')
    expect(stderr).toContain('unknown scheme')
  })
})

test('a fetch from a warehouse that never answers is waited for, and told', async () => {
  const namespace = await makeNamespace()
  const silent = await listen(() => undefined)
  const file = join(makeDirectory(), 'slow.formula')
  const text = {
    formula: { inputs: { '/': lab.root }, action: { exec: ['/bin/true'] } },
    context: { fetchUrls: { '/': [`ca+${silent}`] } },
  }
  writeFileSync(file, JSON.stringify(text))
  const client = startRun(namespace, ['run', file, '--timeout', '15s'])
  await untilSaid(client, 'fetching the wares')
  const { exit, stderr } = await client.ended
  expect(stderr).toContain('its time is over')
  expect(exit).toBe(42)
})
