import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { cidOfCbor } from '../../../src/formula/identity.ts'
import published from '../../plot/nested-plot.json' with { type: 'json' }
import { lab, makeNamespace } from '../lab.ts'
import { listen } from '../warehouse.ts'
import {
  makeDirectory,
  objectsOf,
  outputOf,
  readRecords,
  startRun,
  untilGone,
  untilSaid,
} from './build.ts'
import { serveWritable } from './writable.ts'

/** A catalog that has the lab's root as the item that the published plot takes. */
function makeCatalog(directory: string): string {
  const module = join(directory, 'warpsys.org/busybox')
  mkdirSync(join(module, '_releases'), { recursive: true })
  const items = { 'amd64-static': lab.root }
  const release = { releaseName: 'v1.35.0', items, metadata: {} }
  writeFileSync(join(module, '_releases/v1.35.0.json'), JSON.stringify(release))
  const cid = cidOfCbor(
    new Map<string, string | Map<string, string>>([
      ['items', new Map(Object.entries(items))], // shorter keys first
      ['metadata', new Map()],
      ['releaseName', 'v1.35.0'],
    ]),
  )
  const listed = {
    name: 'warpsys.org/busybox',
    releases: { 'v1.35.0': cid },
    metadata: {},
  }
  writeFileSync(
    join(module, '_module.json'),
    JSON.stringify({ 'catalogmodule.v1': listed }),
  )
  const byWare = { [lab.root]: [lab.warehouse] }
  const mirrors = { 'catalogmirrors.v1': { byWare } }
  writeFileSync(join(module, '_mirrors.json'), JSON.stringify(mirrors))
  return directory
}

interface Step {
  readonly script: string
  readonly inputs?: Readonly<Record<string, string>>
}

/** Each step gives `/out` as `out`. */
function writePlot(
  steps: Readonly<Record<string, Step>>,
  outputs: Readonly<Record<string, string>>,
): string {
  const directory = makeDirectory()
  const made = Object.entries(steps).map(([name, { script, inputs = {} }]) => {
    const protoformula = {
      inputs: { '/': 'pipe::root', ...inputs },
      action: { exec: { command: ['/bin/sh', '-c', script] } },
      outputs: { out: { from: '/out' } },
    }
    return [name, { protoformula }] as const
  })
  const plot = {
    inputs: { root: `ware:${lab.root}` },
    steps: Object.fromEntries(made),
    outputs,
  }
  const file = join(directory, 'plot.wf')
  writeFileSync(file, JSON.stringify({ 'plot.v1': plot }))
  return file
}

const from = ['--source', lab.warehouse]

/** An address that answers "met" to all who ask, once so many of them are there at the same time. */
function meetingOf(count: number): Promise<string> {
  const present = new Set<ServerResponse>()
  return listen((_request, response) => {
    response.on('close', () => present.delete(response))
    present.add(response)
    if (present.size < count) return
    for (const one of present) one.end('met\n')
  })
}

describe.concurrent('a plot', () => {
  test('gives the wares that Warpforge has published for it, from a module in its workspace', async () => {
    const namespace = await makeNamespace()
    const workspace = makeDirectory()
    makeCatalog(join(workspace, '.warpforge/catalogs/main'))
    mkdirSync(join(workspace, '.warpforge/warehouse'))
    writeFileSync(join(workspace, '.warpforge/root'), '')
    const module = join(workspace, 'deep/module')
    mkdirSync(module, { recursive: true })
    writeFileSync(join(module, 'module.wf'), '{"module.v1": {"name": "foo.org/test"}}')
    writeFileSync(join(module, 'plot.wf'), JSON.stringify(published.plot))
    const { exit, stdout, stderr } = await startRun(namespace, ['run', module]).ended
    expect(stderr).toContain('one-outer | hello from step one-inner')
    const records = readRecords(stdout)
    const [inner, outer] = published.runs
    expect(records.map(({ results }) => results)).toEqual([
      { test: `ware:${inner?.results.test ?? ''}` },
      { test: `ware:${outer?.results.test ?? ''}` },
      {},
      undefined,
    ])
    for (const { guid } of records) expect(guid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-/)
    expect(records.at(-1)).toMatchObject({
      module: 'foo.org/test',
      steps: { 'one-outer': records[2]?.['guid'] },
      plotresults: { test: outer?.results.test },
    })
    expect(exit).toBe(0)
    // As in Warpforge, what its steps have made is in the workspace.
    expect(readdirSync(join(workspace, '.warpforge/warehouse'))).toHaveLength(2)
    await untilGone(namespace)
  })

  test('runs steps side by side, hands wares on through a warehouse, and runs what changed', async () => {
    const namespace = await makeNamespace()
    const warehouse = await serveWritable()
    const meeting = await meetingOf(2)
    const meets = `mkdir -p /out; wget -q -O - ${meeting} > /out/f`
    const plot = (word: string) =>
      writePlot(
        {
          a: { script: `${meets}; echo a >> /out/f` },
          b: { script: `${meets}; echo b >> /out/f` },
          last: {
            script: `mkdir -p /out; cat /a/f /b/f > /out/all; cat /out/all; echo ${word}`,
            inputs: { '/a': 'pipe:a:out', '/b': 'pipe:b:out' },
          },
        },
        { all: 'pipe:last:out' },
      )
    const archive = join(makeDirectory(), 'all.tar.gz')
    const flags = [
      ...['--save', warehouse.address, '--save', `all=file:${archive}`, ...from],
      ...['--credentials', warehouse.credentials],
    ]
    const memos = { REPEATR_MEMODIR: makeDirectory() }
    const again = (file: string) =>
      startRun(namespace, ['run', file, ...flags], memos).ended

    const first = await again(plot('one'))
    const both = 'last | met\nlast | a\nlast | met\nlast | b\n'
    expect(outputOf(first.stderr)).toBe(`${both}last | one\n`)
    expect(readdirSync(join(archive, '..'))).toEqual(['all.tar.gz'])

    const second = await again(plot('two'))
    expect(outputOf(second.stderr)).toBe(`${both}last | two\n`)
    expect(readRecords(second.stdout)).toHaveLength(4)
    expect(second.exit).toBe(0)
  })

  test('that fails half-way says what has failed and what did not begin', async () => {
    const namespace = await makeNamespace()
    const file = writePlot(
      {
        bad: { script: 'echo no; exit 3' },
        good: { script: 'sleep 3; mkdir -p /out' },
        never: { script: 'true', inputs: { '/bad': 'pipe:bad:out' } },
      },
      {},
    )
    const { exit, stderr, stdout } = await startRun(namespace, ['run', file, ...from])
      .ended
    expect(stderr).toContain('error: bad: the action ended with exit code 3')
    expect(stderr).toContain('the plot is not done: bad failed; not run: never')
    const codes = readRecords(stdout).map(({ exitcode }) => exitcode)
    expect(codes.sort()).toEqual([0, 3])
    expect(exit).toBe(32)
    await untilGone(namespace)
  })

  test('ends with Ctrl-C, all of its steps, and begins no other', async () => {
    const namespace = await makeNamespace()
    const sleeping = { script: 'echo here; sleep 600' }
    const file = writePlot(
      { a: sleeping, b: sleeping, c: { script: 'true', inputs: { '/a': 'pipe:a:out' } } },
      {},
    )
    const client = startRun(namespace, ['run', file, ...from])
    await untilSaid(client, 'a | here')
    await untilSaid(client, 'b | here')
    client.child.kill('SIGINT')
    const { exit, stderr } = await client.ended
    expect(stderr).toContain('ending 2 runs')
    expect(stderr.match(/it was interrupted/g)).toHaveLength(1)
    expect(exit).toBe(8)
    await untilGone(namespace)
    await sleep(2000)
    expect(await objectsOf(namespace)).toBe('')
  })

  test('whose items no catalog has is refused before anything starts', async () => {
    const namespace = await makeNamespace()
    const file = join(makeDirectory(), 'plot.wf')
    writeFileSync(file, JSON.stringify(published.plot))
    const catalog = makeCatalog(makeDirectory())
    writeFileSync(join(catalog, 'warpsys.org/busybox/_module.json'), '{}')
    const { exit, stderr } = await startRun(namespace, [
      'run',
      file,
      '--catalog',
      catalog,
    ]).ended
    expect(stderr).toContain('cannot read the catalog at')
    expect(exit).toBe(62)
    const changed = await startRun(namespace, ['run', file, '-e', 'A=1']).ended
    expect(changed.stderr).toContain('-e is for one formula, and a plot has several')
    expect(changed.exit).toBe(1)
    expect(await objectsOf(namespace)).toBe('')
  })
})
