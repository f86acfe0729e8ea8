import { describe, expect, test } from 'vitest'
import { memberArray, type JsonObject } from '../../src/json.ts'
import { formula, input, loaded, options } from './formulas.ts'
import { at, container } from './parts.ts'
import { lookup, pod, reference, refusals, rewritten, run } from './pods.ts'

describe('a pod is refused', () => {
  test.each<[string, JsonObject, string]>([
    [
      'for Windows',
      pod({}, { os: { name: 'windows' } }),
      'it is for Windows, and formulas run on Linux',
    ],
    [
      'without a name for the container',
      pod({ name: '' }),
      'its name is no DNS label of at most 63 characters',
    ],
    [
      'with a malformed reference',
      pod({ image: 'repeatr:0/Web' }),
      '"repeatr:0/Web" is no formula reference: its name is no DNS subdomain',
    ],
    [
      'with a formula that is not there',
      pod({ image: 'repeatr:0/other' }),
      'there is no formula "repeatr:0/other"',
    ],
    [
      'with a volume at its root',
      pod({ volumeMounts: [{ name: 'v', mountPath: '/' }] }),
      'no volume can stand at the root of a container',
    ],
    [
      'with a volume at /dev',
      pod({ volumeMounts: [{ name: 'v', mountPath: '/dev/' }] }),
      'the runtime would leave out its devices',
    ],
    [
      'with an unknown ownership',
      pod({}, {}, { 'r2k8s.io/ownership': 'mine' }),
      '"mine" is not "auto", "keep" or "flatten"',
    ],
    [
      'with roots from a driver that is not there',
      pod({}, {}, { 'r2k8s.io/roots': 'node' }),
      '"node" is not "copy", the only source of roots here',
    ],
  ])('%s', (_, object, why) => {
    expect(refusals(object)).toEqual([why])
  })

  test('that pins another ID', () => {
    const pinned = new Map([['repeatr:0/web:Other', loaded()]])
    expect(refusals(pod({ image: 'repeatr:0/web:Other' }), pinned)[0]).toContain(
      'TheFormulaID',
    )
  })

  test('whose formula runs as root where the pod forbids it', () => {
    const root = { uid: 0, gid: 0, username: 'root', homedir: '/root' }
    const nonRoot = pod({}, { securityContext: { runAsNonRoot: true } })
    expect(refusals(nonRoot, lookup(loaded(formula({ user: root }))))).toEqual([
      'it runs as root, which runAsNonRoot forbids',
    ])
  })

  test('whose wares no pod can reach', () => {
    const { source } = input('/')
    if (source.kind !== 'ware') throw new Error('the input is a ware')
    const local = input('/', { source: { ...source, addresses: ['file://./x.tgz'] } })
    const formulas = lookup(loaded(formula({}, { inputs: [local] })))
    expect(refusals(pod(), formulas)).toEqual(['no pod can reach "file://./x.tgz"'])
    const outcome = run(pod(), formulas, options(), ['ca+https://wares.example'])
    expect(outcome.decisions[0]).toMatchObject({
      notes: expect.arrayContaining([
        { code: 'address-left-out', about: 'file://./x.tgz' },
      ]) as unknown,
    })
  })

  test('whose formula mounts directories of the node, unless the settings allow it', () => {
    const source = {
      kind: 'mount' as const,
      mode: 'ro' as const,
      hostPath: '/srv/data/x',
    }
    const mounting = lookup(
      loaded(formula({}, { inputs: [input('/'), input('/data', { source })] })),
    )
    expect(refusals(pod(), mounting)).toEqual(['the settings do not allow it'])
    const result = rewritten(
      pod(),
      mounting,
      options({ allowedHostPaths: ['/srv/data'] }),
    )
    expect(at(result, 'spec', 'volumes', 1, 'hostPath')).toEqual({ path: '/srv/data/x' })
    expect(memberArray(container(result), 'volumeMounts').at(-1)).toMatchObject({
      mountPath: '/data',
      readOnly: true,
    })
  })

  test('whose sysad formula may not escalate privileges', () => {
    const sysad = lookup(loaded(formula({ policy: 'sysad' })))
    const own = { securityContext: { allowPrivilegeEscalation: false } }
    const how = options({ allowedPolicies: ['sysad'] })
    expect(refusals(pod(own), sysad, how)).toEqual([
      'its policy "sysad" needs privileges, which the container forbids',
    ])
  })

  test('with an annotation that is no string', () => {
    const annotations = { 'r2k8s.io/fetch-run-as-user': 2000 }
    expect(refusals(pod({}, {}, annotations))).toEqual([
      'the value of an annotation is a string: put it in quotes',
    ])
  })

  test.each(['../../etc', '/a:b', '$(HOME)', '/x\u001b'])(
    'with %j as an extra path',
    (path) => {
      const [why] = refusals(pod({}, {}, { 'r2k8s.io/extra-paths': `/ok ${path}` }))
      expect(why).toContain('is no path of letters')
    },
  )

  test.each([
    ['{"requests": {"cpu": "-1"}}', 'requests.cpu is no quantity'],
    [
      '{"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}',
      'requests.cpu is more than limits.cpu',
    ],
    ['{"request": {}}', '"request" is not "requests" or "limits"'],
    ['nonsense', '"nonsense" is no JSON object'],
  ])('with %s as resources of the fetcher', (text, why) => {
    expect(refusals(pod({}, {}, { 'r2k8s.io/fetch-resources': text }))[0]).toContain(why)
  })

  test.each(['Wares', 'a..b', 'a.-b', 'a/b', '', 'x'.repeat(254)])(
    'with "%s" as the name of the warehouses’ Secret',
    (name) => {
      const [why] = refusals(pod({}, {}, { 'r2k8s.io/warehouse-secret': name }))
      expect(why).toContain('is no name of a Secret')
    },
  )

  test('with two containers of one name', () => {
    const containers = [
      { name: 'a', image: reference },
      { name: 'a', image: 'x' },
    ]
    expect(refusals(pod({}, { containers }))).toEqual([
      'another container of the pod has the same name',
    ])
  })

  test('whose plan is too large for an environment variable', () => {
    const inputs = [
      input('/'),
      ...Array.from({ length: 900 }, (_, i) => input(`/in/${i}`)),
    ]
    const many = lookup(loaded(formula({}, { inputs })))
    const [why] = refusals(pod(), many)
    expect(why).toMatch(/^the plan has \d+ bytes for 901 wares, more than 102400$/)
    expect(run(pod(), many).problems[0]?.hints).toEqual([
      expect.stringContaining('several inputs into one ware'),
    ])
  })

  test('whose plan is too large for its script, which a ware can hold', () => {
    const contents = ['x'.repeat(110_000)]
    const program = { kind: 'script' as const, interpreter: '/bin/sh', contents }
    const { problems } = run(pod(), lookup(loaded(formula({ program }))))
    expect(problems[0]?.hints).toEqual([
      expect.stringContaining('put the script into a ware'),
    ])
  })

  test('whose plan is too large for its many containers, which pods can share', () => {
    const inputs = Array.from({ length: 450 }, (_, i) => input(`/in/${i}`))
    const wide = lookup(loaded(formula({}, { inputs: [input('/'), ...inputs] })))
    const containers = ['a', 'b'].map((name) => ({ name, image: reference }))
    const { problems } = run(pod({}, { containers }), wide)
    expect(problems[0]?.hints).toContain('or split the pod')
  })

  test('with all its problems at once', () => {
    const containers = [
      { name: 'a', image: 'repeatr:0/Web' },
      { name: 'b', image: 'repeatr:0/other' },
    ]
    expect(refusals(pod({}, { containers }))).toHaveLength(2)
  })

  test('with a formula in an ephemeral container', () => {
    const ephemeralContainers = [{ name: 'debug', image: reference }]
    expect(refusals(pod({}, { ephemeralContainers }))[0]).toContain('ephemeral')
  })
})
