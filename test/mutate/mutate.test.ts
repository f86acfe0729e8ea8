import { describe, expect, test } from 'vitest'
import { member, memberArray, type JsonObject, type JsonValue } from '../../src/json.ts'
import { formula, input, loaded, options, busybash } from './formulas.ts'
import { lookup, pod, reference, refusals, rewritten, run } from './pods.ts'

const at = (
  value: JsonValue | undefined,
  ...path: (string | number)[]
): JsonValue | undefined =>
  path.reduce<JsonValue | undefined>(
    (inner, step) =>
      typeof step === 'number'
        ? Array.isArray(inner)
          ? inner[step]
          : undefined
        : member(inner, step),
    value,
  )
const container = (result: JsonValue, i = 0) => at(result, 'spec', 'containers', i)
const fetcher = (result: JsonValue, i = 0) => at(result, 'spec', 'initContainers', i)
const plan = (result: JsonValue): JsonValue =>
  JSON.parse(
    String(at(fetcher(result), 'env', 0, 'value')).replaceAll('$$', '$'),
  ) as JsonValue
const mountPaths = (value: JsonValue | undefined) =>
  memberArray(value, 'volumeMounts').map((mount) => at(mount, 'mountPath'))

describe('a formula container', () => {
  test('runs the program of the formula on the base image', () => {
    const web = container(rewritten(pod()))
    expect(web).toMatchObject({
      image: 'base:test',
      imagePullPolicy: 'IfNotPresent',
      command: ['/bin/serve', '--port', '80'],
      workingDir: '/task',
      env: [
        { name: 'R2K8S_FORMULA', value: 'TheFormulaID' },
        { name: 'HOME', value: '/home/reuser' },
        { name: 'PATH', value: '/usr/bin:/bin' },
      ],
    })
  })

  test('keeps its own command, directory and environment', () => {
    const own = {
      command: ['/bin/other'],
      workingDir: '/elsewhere',
      env: [{ name: 'PATH', value: '$(HOME)/bin' }],
    }
    const web = container(rewritten(pod(own)))
    expect(web).toMatchObject({ command: ['/bin/other'], workingDir: '/elsewhere' })
    expect(at(web, 'env')).toEqual([
      { name: 'R2K8S_FORMULA', value: 'TheFormulaID' },
      { name: 'HOME', value: '/home/reuser' },
      { name: 'PATH', value: '$(HOME)/bin' },
    ])
  })

  test('with args alone gets them behind the command of the formula', () => {
    const outcome = run(pod({ args: ['--verbose'] }))
    expect(container(outcome.result)).toMatchObject({
      command: ['/bin/serve', '--port', '80'],
      args: ['--verbose'],
    })
    expect(outcome.decisions[0]).toMatchObject({
      notes: expect.arrayContaining([
        { code: 'args-appended', about: '"/bin/serve"' },
      ]) as unknown,
    })
  })

  test('loses the pull policy that was computed from the reference', () => {
    expect(container(rewritten(pod({ imagePullPolicy: 'Always' })))).toMatchObject({
      imagePullPolicy: 'IfNotPresent',
    })
  })

  test('gets formula text through the expansion of the kubelet unchanged', () => {
    const action = {
      program: { kind: 'exec' as const, command: ['sh', '-c', 'echo $(id) $$'] },
    }
    const web = container(rewritten(pod(), lookup(loaded(formula(action)))))
    expect(at(web, 'command')).toEqual(['sh', '-c', 'echo $$(id) $$$$'])
  })

  test('keeps its ports, probes and resources', () => {
    const own = {
      ports: [{ containerPort: 80 }],
      livenessProbe: { exec: { command: ['x'] } },
    }
    expect(container(rewritten(pod(own)))).toMatchObject(own)
  })

  test('runs a script of Warpforge by its interpreter', () => {
    const program = {
      kind: 'script' as const,
      interpreter: '/bin/sh',
      contents: ['A=1', 'echo $A'],
    }
    const result = rewritten(pod(), lookup(loaded(formula({ program }))))
    expect(at(container(result), 'command')).toEqual([
      '/bin/sh',
      '/.warpforge.container/script/run',
    ])
    expect(mountPaths(container(result))).toContain('/.warpforge.container')
    expect(at(plan(result), 'roots', 0, 'script', 'contents')).toEqual(['A=1', 'echo $A'])
  })
})

describe('the securityContext', () => {
  const context = (result: JsonValue) => at(container(result), 'securityContext')

  test('passes Pod Security restricted for a user other than root', () => {
    expect(context(rewritten(pod()))).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
      runAsGroup: 1000,
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    })
  })

  const root = { uid: 0, gid: 0, username: 'root', homedir: '/root' }
  test.each([
    ['routine' as const, 3],
    ['governor' as const, 13],
  ])('gives root under policy %s its %i capabilities', (policy, count) => {
    const result = rewritten(pod(), lookup(loaded(formula({ policy, user: root }))))
    expect(at(context(result), 'capabilities', 'add')).toHaveLength(count)
    expect(at(context(result), 'runAsNonRoot')).toBeUndefined()
  })

  test('keeps what the container says, and does not repeat what the pod says', () => {
    const result = rewritten(
      pod(
        { securityContext: { capabilities: { add: ['SYS_PTRACE'] }, runAsUser: 7 } },
        { securityContext: { runAsGroup: 8, runAsNonRoot: true } },
      ),
    )
    expect(context(result)).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { add: ['SYS_PTRACE'] },
      runAsUser: 7,
      seccompProfile: { type: 'RuntimeDefault' },
    })
  })

  test('adds no ban on escalation beside privileges, which the API refuses', () => {
    const result = rewritten(pod({ securityContext: { privileged: true } }))
    expect(context(result)).toEqual({
      privileged: true,
      runAsUser: 1000,
      runAsGroup: 1000,
    })
    const admin = rewritten(
      pod({ securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }),
    )
    expect(at(context(admin), 'allowPrivilegeEscalation')).toBeUndefined()
  })

  test('is privileged for sysad where the settings allow it', () => {
    const sysad = lookup(loaded(formula({ policy: 'sysad', user: root })))
    expect(refusals(pod(), sysad)).toEqual([
      'the settings do not allow its policy "sysad"',
    ])
    const allowed = options({ allowedPolicies: ['sysad'] })
    expect(at(context(rewritten(pod(), sysad, allowed)), 'privileged')).toBe(true)
  })
})

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

describe('the pod', () => {
  test('is annotated with what it runs', () => {
    const result = rewritten(pod())
    expect(at(result, 'metadata', 'annotations')).toEqual({
      'formula.r2k8s.io/web': 'repeatr:0/web TheFormulaID',
      'r2k8s.io/status': '{"mode":"copy","version":"test"}',
    })
  })

  test('gets metadata when it has none', () => {
    const template: JsonObject = { spec: { template: { spec: pod().spec } } }
    expect(
      at(rewritten(template), 'spec', 'template', 'metadata', 'annotations'),
    ).toBeDefined()
  })

  test('goes to nodes that can run the program, unless it says itself where to go', () => {
    const index = { entries: [], size: 1, files: 1, machine: 'arm64' }
    const arm = lookup(loaded(formula(), { [busybash]: index }))
    expect(at(rewritten(pod(), arm), 'spec', 'nodeSelector')).toEqual({
      'kubernetes.io/arch': 'arm64',
    })
    const own = { nodeSelector: { 'kubernetes.io/arch': 'amd64' } }
    expect(at(rewritten(pod({}, own), arm), 'spec', 'nodeSelector')).toEqual(
      own.nodeSelector,
    )
  })

  test('without a formula is left as it is', () => {
    expect(run(pod({ image: 'nginx' }))).toMatchObject({
      patch: [],
      decisions: [],
      problems: [],
    })
  })

  test('is not changed a second time', () => {
    expect(run(rewritten(pod())).patch).toEqual([])
  })

  test('that another injector gave a new formula container gets a second fetcher', () => {
    const once = rewritten(pod()) as ReturnType<typeof pod>
    const added = { name: 'late', image: reference }
    const spec = { ...once.spec, containers: [...once.spec.containers, added] }
    const twice = rewritten({ ...once, spec })
    expect(at(fetcher(twice, 1), 'name')).toBe('r2k8s-fetch-2')
    expect(mountPaths(fetcher(twice, 1))[0]).toBe('/r2k8s/1')
  })
})

describe('a pod is refused', () => {
  test.each<[string, JsonObject, string]>([
    [
      'for Windows',
      pod({}, { os: { name: 'windows' } }),
      'it is for Windows, and formulas run on Linux',
    ],
    ['without a name for the container', pod({ name: '' }), 'it has no name'],
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

  test('whose plan is too large for an environment variable', () => {
    const inputs = [
      input('/'),
      ...Array.from({ length: 900 }, (_, i) => input(`/in/${i}`)),
    ]
    const [why] = refusals(pod(), lookup(loaded(formula({}, { inputs }))))
    expect(why).toMatch(/^the plan has \d+ bytes for 901 wares, more than 102400$/)
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
