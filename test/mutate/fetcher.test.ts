import { describe, expect, test } from 'vitest'
import { memberArray } from '../../src/json.ts'
import { formula, loaded, options, busybash } from './formulas.ts'
import { at, container, fetcher, mountPaths, plan } from './parts.ts'
import { lookup, pod, reference, rewritten, run } from './pods.ts'

describe('the fetcher', () => {
  test('stands directly before the first container that needs it', () => {
    const spec = {
      initContainers: [
        { name: 'proxy', image: 'proxy', restartPolicy: 'Always' },
        { name: 'migrate', image: reference },
        { name: 'last', image: 'x' },
      ],
    }
    const result = rewritten(pod({}, spec))
    const names = memberArray(at(result, 'spec'), 'initContainers').map((each) =>
      at(each, 'name'),
    )
    expect(names).toEqual(['proxy', 'r2k8s-fetch', 'migrate', 'last'])
    expect(at(fetcher(result, 2), 'image')).toBe('base:test')
  })

  test('comes last where only main containers need it', () => {
    const result = rewritten(pod({}, { initContainers: [{ name: 'a', image: 'x' }] }))
    expect(at(fetcher(result, 1), 'name')).toBe('r2k8s-fetch')
  })

  test('serves all formula containers of the pod, one root each', () => {
    const spec = {
      containers: [
        { name: 'a', image: reference },
        { name: 'b', image: reference },
      ],
    }
    const result = rewritten(pod({}, spec))
    expect(memberArray(at(result, 'spec'), 'initContainers')).toHaveLength(1)
    expect(mountPaths(fetcher(result))).toEqual([
      '/r2k8s/0',
      '/r2k8s/1',
      '/var/run/secrets/kubernetes.io/serviceaccount',
    ])
    expect(at(container(result, 1), 'volumeMounts', 0, 'name')).toBe('r2k8s-root-1')
  })

  test('needs no privileges when ownership is flattened', () => {
    expect(at(fetcher(rewritten(pod())), 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsGroup: 1000,
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    })
  })

  test('is root with four capabilities when ownership is kept', () => {
    const result = rewritten(pod({}, {}, { 'r2k8s.io/ownership': 'keep' }))
    expect(at(fetcher(result), 'securityContext')).toMatchObject({
      capabilities: {
        add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETFCAP'],
        drop: ['ALL'],
      },
      runAsUser: 0,
      runAsNonRoot: false,
    })
    expect(at(plan(result), 'roots', 0, 'ownership')).toBe('keep')
  })

  test('keeps ownership by itself for a formula that runs as root', () => {
    const root = { uid: 0, gid: 0, username: 'root', homedir: '/root' }
    const result = rewritten(pod(), lookup(loaded(formula({ user: root }))))
    expect(at(plan(result), 'roots', 0, 'ownership')).toBe('keep')
  })

  test('runs as the user of an annotation, and warns when the files are then another’s', () => {
    const outcome = run(pod({}, {}, { 'r2k8s.io/fetch-run-as-user': '1337' }))
    expect(at(fetcher(outcome.result), 'securityContext', 'runAsUser')).toBe(1337)
    expect(outcome.decisions[0]).toMatchObject({
      notes: expect.arrayContaining([
        {
          code: 'ownership-foreign',
          about: 'it runs as user 1000, its files belong to user 1337',
        },
      ]) as unknown,
    })
  })

  test('sees no token of the ServiceAccount', () => {
    const result = rewritten(pod())
    expect(mountPaths(fetcher(result))).toContain(
      '/var/run/secrets/kubernetes.io/serviceaccount',
    )
    const without = rewritten(pod({}, { automountServiceAccountToken: false }))
    expect(mountPaths(fetcher(without))).toEqual(['/r2k8s/0'])
  })

  test('gets the credentials of warehouses from a Secret', () => {
    const result = rewritten(pod({}, {}, { 'r2k8s.io/warehouse-secret': 'wares' }))
    expect(at(result, 'spec', 'volumes')).toContainEqual({
      name: 'r2k8s-warehouse',
      secret: { secretName: 'wares' },
    })
    expect(mountPaths(fetcher(result))).toContain('/r2k8s/credentials')
  })

  test('is told of warehouses that came with the formula, behind the user’s', () => {
    const formula = { ...loaded(), sources: ['ca+https://own.example'] }
    const sources = ['ca+https://first.example']
    expect(plan(rewritten(pod(), lookup(formula), options(), sources))).toMatchObject({
      roots: [
        {
          wares: [
            {
              from: [
                'ca+https://first.example',
                'ca+https://own.example',
                'ca+https://wares.example',
              ],
            },
          ],
        },
      ],
    })
  })

  test('gets a plan that says where to look, the user’s warehouses first', () => {
    const how = options({ warehouses: ['ca+https://last.example'] })
    const sources = ['ca+https://first.example']
    expect(plan(rewritten(pod(), lookup(), how, sources))).toEqual({
      version: 1,
      roots: [
        {
          at: '/r2k8s/0',
          container: 'web',
          formula: 'TheFormulaID',
          wares: [
            {
              ware: busybash,
              path: '/',
              from: [
                'ca+https://first.example',
                'ca+https://wares.example',
                'ca+https://last.example',
              ],
            },
          ],
          mounts:
            'bin etc home lib lib32 lib64 libx32 media mnt opt root run sbin srv task tmp usr var'.split(
              ' ',
            ),
          placeholders: [],
          cradle: { cwd: '/task', home: '/home/reuser' },
          user: { uid: 1000, gid: 1000 },
          ownership: 'flatten',
          program: '/bin/serve',
        },
      ],
    })
  })
})
