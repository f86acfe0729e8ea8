import { describe, expect, test } from 'vitest'
import { prepareFormula } from '../../src/mutate/prepared-formula.ts'
import { memberArray } from '../../src/json.ts'
import { formula, input, loaded, options, busybash } from './formulas.ts'
import { at, container, fetcher, mountPaths, plan } from './parts.ts'
import { lookup, pod, rewritten, run } from './pods.ts'

describe('the mounts', () => {
  const index = {
    entries: [
      { name: 'bin', kind: 'link' as const, target: 'usr/bin' },
      { name: 'usr', kind: 'directory' as const },
      { name: 'dev', kind: 'directory' as const },
      { name: 'proc', kind: 'directory' as const },
      { name: 'sys', kind: 'directory' as const },
      { name: 'gone', kind: 'link' as const, target: 'nowhere' },
      { name: 'a', kind: 'link' as const, target: '/b' },
      { name: 'b', kind: 'link' as const, target: 'a' },
      { name: 'linuxrc', kind: 'file' as const },
    ],
    size: 10 * 1024 * 1024,
    files: 9,
  }
  const indexed = lookup(
    loaded(formula({ cradle: false, cwd: '/' }), { [busybash]: index }),
  )

  test('follow the index exactly, without dev, proc, sys and links to nothing', () => {
    expect(mountPaths(container(rewritten(pod(), indexed)))).toEqual([
      '/bin',
      '/linuxrc',
      '/usr',
    ])
  })

  test('follow the usual list when there is no index, and say so', () => {
    const outcome = run(pod())
    expect(mountPaths(container(outcome.result))).toEqual(
      expect.arrayContaining(['/bin', '/etc', '/lib64', '/task', '/tmp', '/var']),
    )
    expect(outcome.decisions[0]).toMatchObject({
      notes: [{ code: 'no-index', about: busybash }, { code: 'ownership-flattened' }],
    })
  })

  test('have room for further inputs, outputs and extra paths', () => {
    const more = formula(
      {},
      {
        inputs: [input('/'), input('/app'), input('/usr/local/x')],
        outputs: [
          {
            name: '/out/y',
            path: '/out/y',
            packtype: 'tar',
            filters: {},
            addresses: [],
            where: '',
          },
        ],
      },
    )
    const annotations = { 'r2k8s.io/extra-paths': 'linuxrc, /data/x' }
    const result = rewritten(pod({}, {}, annotations), lookup(loaded(more)))
    expect(mountPaths(container(result))).toEqual(
      expect.arrayContaining(['/app', '/data', '/linuxrc', '/out', '/usr']),
    )
    expect(at(plan(result), 'roots', 0, 'wares')).toMatchObject([
      { path: '/' },
      { path: '/app' },
      { path: '/usr/local/x' },
    ])
  })

  test('leave a path to the mount that the user has there', () => {
    const spec = { volumes: [{ name: 'v', emptyDir: {} }] }
    const own = {
      volumeMounts: [
        { name: 'v', mountPath: '/usr/' },
        { name: 'v', mountPath: '/var/log' },
      ],
    }
    const outcome = run(pod(own, spec), indexed)
    expect(mountPaths(container(outcome.result))).toEqual([
      '/usr/',
      '/var/log',
      '/bin',
      '/linuxrc',
    ])
    expect(at(plan(outcome.result), 'roots', 0, 'placeholders')).toEqual([
      { path: '/usr', kind: 'directory' },
      { path: '/var/log', kind: 'directory' },
    ])
  })

  test('are read-only with the container’s root, except where outputs are written', () => {
    const output = {
      name: '/out',
      path: '/out',
      packtype: 'tar',
      filters: {},
      addresses: [],
      where: '',
    }
    const withOutput = lookup(
      loaded(formula({}, { outputs: [output] }), { [busybash]: index }),
    )
    const result = rewritten(
      pod({ securityContext: { readOnlyRootFilesystem: true } }),
      withOutput,
    )
    const mounts = memberArray(container(result), 'volumeMounts')
    const writable = mounts.filter((mount) => at(mount, 'readOnly') !== true)
    expect(writable.map((mount) => at(mount, 'mountPath'))).toEqual(['/out'])
    expect(at(result, 'spec', 'volumes', 0, 'emptyDir', 'sizeLimit')).toBe('11Mi')
  })

  test('of a writable root have no size limit: what the program writes would count', () => {
    const result = rewritten(pod(), indexed)
    expect(at(result, 'spec', 'volumes', 0)).toEqual({
      name: 'r2k8s-root-0',
      emptyDir: {},
    })
    expect(at(fetcher(result), 'resources', 'requests', 'ephemeral-storage')).toBe('11Mi')
  })

  test('leave the path of a block device to it', () => {
    const own = { volumeDevices: [{ name: 'd', devicePath: '/mnt' }] }
    expect(mountPaths(container(rewritten(pod(own))))).not.toContain('/mnt')
  })

  test('follow two thousand links in a chain', () => {
    const chain = Array.from({ length: 2000 }, (_, i) => ({
      name: `e${i}`,
      kind: 'link' as const,
      target: `e${i + 1}`,
    }))
    const entries = [...chain, { name: 'e2000', kind: 'directory' as const }]
    const linked = loaded(formula({ cradle: false, cwd: '/' }), {
      [busybash]: { ...index, entries },
    })
    const prepared = prepareFormula(linked, { settings: options().settings, sources: [] })
    expect(prepared.entries).toHaveLength(2001)
    const broken = loaded(formula({ cradle: false, cwd: '/' }), {
      [busybash]: { ...index, entries: chain },
    })
    expect(
      prepareFormula(broken, { settings: options().settings, sources: [] }).entries,
    ).toEqual([])
  })

  test('of a key of a ConfigMap need a file as placeholder', () => {
    const spec = { volumes: [{ name: 'c', configMap: { name: 'c' } }] }
    const own = {
      volumeMounts: [{ name: 'c', mountPath: '/etc/app.conf', subPath: 'app.conf' }],
    }
    expect(at(plan(rewritten(pod(own, spec))), 'roots', 0, 'placeholders')).toEqual([
      { path: '/etc/app.conf', kind: 'file' },
    ])
  })
})

describe('a directory of the node', () => {
  const mountedAt = (path: string) => {
    const source = { kind: 'mount' as const, mode: 'rw' as const, hostPath: '/srv/x' }
    return lookup(loaded(formula({}, { inputs: [input('/'), input(path, { source })] })))
  }
  const how = options({ allowedHostPaths: ['/srv'] })

  test('at the top level stands for the entry of the root', () => {
    const paths = mountPaths(container(rewritten(pod(), mountedAt('/data'), how)))
    expect(paths.filter((path) => path === '/data')).toHaveLength(1)
  })

  test('deeper down is mounted into the root, with a placeholder', () => {
    const result = rewritten(pod(), mountedAt('/data/deep'), how)
    expect(mountPaths(container(result))).toEqual(
      expect.arrayContaining(['/data', '/data/deep']),
    )
    const order = (plan(result) as { roots: { placeholders: unknown }[] }).roots[0]
    expect(order?.placeholders).toEqual([{ path: '/data/deep', kind: 'directory' }])
  })

  test('gives way to a mount of the container’s own at the same path', () => {
    const own = { volumeMounts: [{ name: 'v', mountPath: '/data/' }] }
    const spec = { volumes: [{ name: 'v', emptyDir: {} }] }
    const paths = mountPaths(
      container(rewritten(pod(own, spec), mountedAt('/data'), how)),
    )
    expect(paths.filter((path) => path.startsWith('/data'))).toEqual(['/data/'])
  })
})
