import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { directoryWith, kubectlR2k8s } from '../cli.ts'
import {
  forbidden,
  healthyCluster,
  missing,
  paths,
  settings,
  type FakeAnswer,
} from '../healthy-cluster.ts'
import { formula } from '../samples.ts'

const manifest =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: app, image: ./web.formula}\n'
const ofCluster = settings('baseImage: localhost/of-the-cluster:1\n')

function manifests(): string {
  const own = 'baseImage: localhost/of-the-file:1\n'
  return directoryWith({
    'web.yaml': manifest,
    'web.formula': formula,
    'own.yaml': own,
  })
}

describe('explain -f goes by the settings', () => {
  const explainWith = async (answer: FakeAnswer, more: readonly string[] = []) => {
    const { call, asked } = await healthyCluster({ [paths.settings]: answer })
    const told = await call('explain', '-f', `${manifests()}/web.yaml`, ...more)
    return { ...told, asked }
  }

  test('of the cluster, and says so', async () => {
    const { exit, stdout, stderr } = await explainWith(ofCluster)
    expect(exit).toBe(0)
    expect(stdout).toContain('Base image:  localhost/of-the-cluster:1\n')
    expect(stderr).toBe(
      'settings: those of the cluster, from its ConfigMap r2k8s-settings\n',
    )
  })

  test('of --settings whatever the cluster has, which is not asked', async () => {
    const own = `${manifests()}/own.yaml`
    const { stdout, stderr, asked } = await explainWith(ofCluster, ['--settings', own])
    expect(stdout).toContain('Base image:  localhost/of-the-file:1\n')
    expect(stderr).toBe(`settings: those of ${own}\n`)
    expect(asked).toEqual([])
  })

  test.each([
    ['has none', missing, 'as the cluster has no ConfigMap r2k8s-settings'],
    ['may not be asked', forbidden, 'may not be read (User "ann" cannot do that)'],
    ['has wrong ones', settings('baseImgae: a'), 'no member "baseImgae"'],
  ])('of the program where the cluster %s', async (_, answer, why) => {
    const { exit, stdout, stderr } = await explainWith(answer)
    expect(exit).toBe(0)
    expect(stdout).toContain('Base image:  registry.k8s.io/pause:3.10.1\n')
    expect(stderr).toMatch(/^settings: the defaults, /)
    expect(stderr).toContain(why)
  })

  test('of the program where the cluster does not answer in time', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
    })
    const { port } = server.address() as AddressInfo // of a server that listens on one
    const { exit, stdout, stderr } = await kubectlR2k8s(
      [
        ...['explain', '-f', `${manifests()}/web.yaml`],
        ...['--server', `http://127.0.0.1:${port}`, '--request-timeout', '50ms'],
      ],
      {},
    )
    expect(exit).toBe(0)
    expect(stdout).toContain('Base image:  registry.k8s.io/pause:3.10.1\n')
    expect(stderr).toMatch(/^settings: the defaults, .*it took more than 0\.05 s/)
    expect(stderr).toContain('--settings FILE gives others')
  })
})
