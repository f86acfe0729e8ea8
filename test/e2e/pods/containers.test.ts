import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  apply,
  execIn,
  formulaText,
  kubectl,
  lab,
  makeNamespace,
  packWare,
  push,
  tryKubectl,
  waitReady,
} from '../lab.ts'
import { pod } from '../objects.ts'

const forever = ['/bin/sleep', '1000000']

describe.concurrent('in a pod', () => {
  let namespace = ''
  let sleeping = ''
  beforeAll(async () => {
    namespace = await makeNamespace()
    sleeping = await push(namespace, formulaText({ exec: forever }))
  })

  const inPod = (name: string, script: string, container = 'app') =>
    kubectl(['-n', namespace, 'exec', name, '-c', container, '--', 'sh', '-c', script])

  test('an init container and a native sidecar may be formulas', async () => {
    const writing = await push(
      namespace,
      formulaText({ exec: ['/bin/sh', '-c', 'cat /etc/motd > /shared/motd'] }),
      ['--name', 'writing'],
    )
    const volumeMounts = [{ name: 'shared', mountPath: '/shared' }]
    await apply(
      namespace,
      pod('ordered', [{ image: sleeping, volumeMounts }], {
        initContainers: [
          { name: 'first', image: writing, volumeMounts },
          { name: 'beside', image: sleeping, restartPolicy: 'Always', volumeMounts },
        ],
        volumes: [{ name: 'shared', emptyDir: {} }],
      }),
    )
    await waitReady(namespace, 'ordered')
    expect(await inPod('ordered', 'cat /shared/motd')).toBe('a root of r2k8s\n')
    expect(await inPod('ordered', 'cat /etc/motd', 'beside')).toBe('a root of r2k8s\n')
  })

  test('two formula containers have a root each, and do not see what the other writes', async () => {
    const containers = ['one', 'two'].map((name) => ({ name, image: sleeping }))
    await apply(namespace, pod('pair', containers))
    await waitReady(namespace, 'pair')
    await inPod('pair', 'echo mine > /etc/mine', 'one')
    expect(await inPod('pair', 'ls /etc', 'one')).toContain('mine')
    expect(await inPod('pair', 'ls /etc', 'two')).not.toContain('mine')
  })

  test('several inputs are one tree', async () => {
    const site = await packWare((directory) => {
      writeFileSync(join(directory, 'page'), 'a page\n')
    })
    const deep = await packWare((directory) => {
      mkdirSync(join(directory, 'far'))
      writeFileSync(join(directory, 'far/down'), 'deep\n')
    })
    const inputs = { '/www': site, '/opt/deep': deep }
    const image = await push(namespace, formulaText({ exec: forever }, { inputs }), [
      '--name',
      'three-inputs',
    ])
    await apply(namespace, pod('inputs', [{ image }]))
    await waitReady(namespace, 'inputs')
    const script = 'ls /www; cat /www/page /opt/deep/far/down'
    expect(await inPod('inputs', script)).toBe('page\na page\ndeep\n')
  })

  test("users' volumes lie inside the root, files and directories", async () => {
    await kubectl([
      '-n',
      namespace,
      'create',
      'configmap',
      'conf',
      '--from-literal=app.conf=set',
    ])
    await apply(
      namespace,
      pod(
        'nested',
        [
          {
            image: sleeping,
            volumeMounts: [
              { name: 'conf', mountPath: '/etc/app.conf', subPath: 'app.conf' },
              { name: 'data', mountPath: '/var/lib/data' },
              { name: 'run', mountPath: '/var/run/app' },
            ],
          },
        ],
        {
          volumes: [
            { name: 'conf', configMap: { name: 'conf' } },
            { name: 'data', emptyDir: {} },
            { name: 'run', emptyDir: {} },
          ],
        },
      ),
    )
    await waitReady(namespace, 'nested')
    const script =
      'cat /etc/app.conf; echo; echo kept > /var/lib/data/x; cat /var/lib/data/x; grep -c " /var/run/app " /proc/mounts'
    expect(await inPod('nested', script)).toBe('set\nkept\n1\n')
  })

  test('the kubelet and the runtime put their own into the root', async () => {
    await apply(namespace, pod('equipped', [{ image: sleeping }]))
    await waitReady(namespace, 'equipped')
    const script =
      'grep -c equipped /etc/hosts; test -s /etc/resolv.conf && echo resolv; test -s /var/run/secrets/kubernetes.io/serviceaccount/token && echo token; test -c /dev/null && echo dev; ls /proc/1/comm'
    expect(await inPod('equipped', script)).toBe('1\nresolv\ntoken\ndev\n/proc/1/comm\n')
  })

  test('probes run inside the root, and a failing one restarts the container with its files', async () => {
    await apply(
      namespace,
      pod('probed', [
        {
          image: sleeping,
          readinessProbe: {
            exec: { command: ['test', '-f', '/etc/motd'] },
            periodSeconds: 1,
          },
          // Fails once for each time that somebody calls it sick.
          livenessProbe: {
            exec: {
              command: ['sh', '-c', 'test ! -f /tmp/sick || { rm /tmp/sick; false; }'],
            },
            periodSeconds: 1,
            failureThreshold: 1,
          },
        },
      ]),
    )
    await waitReady(namespace, 'probed')
    await inPod('probed', 'echo written > /etc/note; touch /tmp/sick')
    const restarts = '{.status.containerStatuses[0].restartCount}'
    await kubectl([
      ...['-n', namespace, 'wait', 'pod/probed', '--timeout=120s'],
      `--for=jsonpath=${restarts}=1`,
    ])
    await waitReady(namespace, 'probed')
    expect(await inPod('probed', 'cat /etc/note')).toBe('written\n')
  })

  test('kubectl cp works both ways', async () => {
    await apply(namespace, pod('copied', [{ image: sleeping }]))
    await waitReady(namespace, 'copied')
    const from = join(lab.wares, '..', `r2k8s-copied-${namespace}`)
    writeFileSync(from, 'over there\n')
    await kubectl(['-n', namespace, 'cp', from, 'copied:/tmp/there'])
    expect(await execIn(namespace, 'copied', 'cat', '/tmp/there')).toBe('over there\n')
  })

  test('readOnlyRootFilesystem is kept, mount points included', async () => {
    await apply(
      namespace,
      pod(
        'frozen',
        [
          {
            image: sleeping,
            securityContext: { readOnlyRootFilesystem: true },
            volumeMounts: [{ name: 'data', mountPath: '/var/lib/data' }],
          },
        ],
        { volumes: [{ name: 'data', emptyDir: {} }] },
      ),
    )
    await waitReady(namespace, 'frozen')
    const write = (path: string) =>
      tryKubectl([
        '-n',
        namespace,
        'exec',
        'frozen',
        '--',
        'sh',
        '-c',
        `echo x > ${path}`,
      ])
    expect((await write('/etc/x')).stderr).toContain('Read-only file system')
    expect((await write('/x')).stderr).toContain('Read-only file system')
    expect((await write('/var/lib/data/x')).exit).toBe(0)
  })

  test('args of the pod follow the command of the formula or replace it as documented, env is merged', async () => {
    const env = [{ name: 'WORD', value: 'from the pod' }]
    const action = {
      exec: ['/bin/sh', '-c', 'echo "$WORD" "$OTHER" '.concat("'$(NOT)' $(pwd)")],
      cwd: '/www',
      env: { WORD: 'from the formula', OTHER: 'kept' },
    }
    const image = await push(namespace, formulaText(action), ['--name', 'speaking'])
    await apply(namespace, pod('speaking', [{ image, env }], { restartPolicy: 'Never' }))
    await kubectl([
      ...['-n', namespace, 'wait', 'pod/speaking', '--timeout=120s'],
      '--for=jsonpath={.status.phase}=Succeeded',
    ])
    const said = await kubectl(['-n', namespace, 'logs', 'speaking'])
    expect(said).toBe('from the pod kept $(NOT) /www\n')
  })
})
