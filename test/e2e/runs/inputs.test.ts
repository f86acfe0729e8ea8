import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lab, makeNamespace, r2k8s } from '../lab.ts'
import { cutThrough } from './cutting-proxy.ts'
import { makeDirectory, outputOf, run, startRun, untilSaid, writeBuild } from './build.ts'

describe.concurrent('an input of this machine', () => {
  test('is packed, sent and there, as the ware that it is', async () => {
    const namespace = await makeNamespace()
    const directory = makeDirectory()
    mkdirSync(join(directory, 'deep'))
    writeFileSync(join(directory, 'deep/file'), 'from here\n')
    const build = writeBuild({ script: 'cat /src/deep/file' })
    const { exit, stderr, record } = await run(
      namespace,
      build,
      '--input',
      `/src=${directory}`,
    )
    expect(outputOf(stderr)).toBe('from here\n')
    expect(exit).toBe(0)

    // The formula is the same as with the ware by its name.
    const ware = (await r2k8s(['ware', 'pack', 'tar', directory])).trim()
    const text = JSON.parse(readFileSync(build, 'utf8')) as {
      formula: { inputs: Record<string, string> }
    }
    text.formula.inputs['/src'] = ware
    const named = join(makeDirectory(), 'named.formula')
    writeFileSync(named, JSON.stringify(text))
    expect((await r2k8s(['formula', 'id', named])).trim()).toBe(record?.formulaID)
  })

  test('of 60 MB survives a network that breaks', async () => {
    const namespace = await makeNamespace()
    const proxy = await cutThrough()
    const directory = makeDirectory()
    writeFileSync(join(directory, 'noise'), randomBytes(60 * 1024 * 1024))
    const build = writeBuild({ script: 'wc -c < /src/noise' })
    const through = ['--server', proxy.server, '--tls-server-name', proxy.name]
    const args = ['run', build, '--input', `/src=${directory}`, ...through]
    const client = startRun(namespace, args)
    await untilSaid(client, 'sending tar:')
    await new Promise((resolve) => setTimeout(resolve, 700))
    proxy.cut()
    const { exit, stderr } = await client.ended
    expect(outputOf(stderr)).toBe(`${60 * 1024 * 1024}\n`)
    expect(exit).toBe(0)
  })

  test('is refused before anything starts when it is not there', async () => {
    const namespace = await makeNamespace()
    const build = writeBuild({ script: 'true' })
    const { exit, stderr } = await run(namespace, build, '--input', '/src=./nowhere')
    expect(stderr).toContain('there is no "./nowhere"')
    expect(exit).toBe(1)
  })
})

test('a ware that lies on this machine alone is sent', async () => {
  const namespace = await makeNamespace()
  const directory = makeDirectory()
  const hash = lab.root.replace('tar:', '')
  const shelf = join(lab.wares, hash.slice(0, 3), hash.slice(3, 6), hash)
  copyFileSync(shelf, join(directory, 'root.tgz'))
  const file = join(directory, 'local.formula')
  const text = {
    formula: { inputs: { '/': lab.root }, action: { exec: ['/bin/cat', '/etc/motd'] } },
    context: { fetchUrls: { '/': [`file://${join(directory, 'root.tgz')}`] } },
  }
  writeFileSync(file, JSON.stringify(text))
  const { exit, stderr } = await run(namespace, file)
  expect(outputOf(stderr)).toBe('a root of r2k8s\n')
  expect(exit).toBe(0)
})
