import { beforeAll, describe, expect, test } from 'vitest'
import {
  apply,
  execIn,
  formulaText,
  kubectl,
  makeNamespace,
  push,
  until,
  waitReady,
} from '../lab.ts'
import { cronJob, job, pod, workload } from '../objects.ts'

describe.concurrent('a formula runs', () => {
  let namespace = ''
  let serving = ''
  let saying = ''
  beforeAll(async () => {
    namespace = await makeNamespace()
    serving = await push(
      namespace,
      formulaText({ exec: ['/bin/httpd', '-f', '-p', '8080', '-h', '/www'] }),
      ['--name', 'serving'],
    )
    saying = await push(namespace, formulaText({ exec: ['/bin/cat', '/etc/motd'] }))
  })

  test('in a pod, which answers as its program does', async () => {
    await apply(namespace, pod('bare', [{ image: serving }]))
    await waitReady(namespace, 'bare')
    const path = `/api/v1/namespaces/${namespace}/pods/bare:8080/proxy/`
    await until('the program answers', async () => {
      const answer = await kubectl(['get', '--raw', path]).catch(String)
      return answer === 'hello from a ware\n' || answer
    })
  })

  test.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)(
    'in a %s, which stays as it was written',
    async (kind) => {
      const name = `in-${kind.toLowerCase()}`
      await apply(namespace, workload(kind, name, [{ image: serving }]))
      await until('its pod is there', async () => {
        const args = ['-n', namespace, 'get', 'pods', '-l', `app=${name}`, '-o', 'name']
        return (await kubectl(args)) !== ''
      })
      await waitReady(namespace, `app=${name}`)
      const image = '{.spec.template.spec.containers[0].image}'
      const args = ['-n', namespace, 'get', kind, name, '-o', `jsonpath=${image}`]
      expect(await kubectl(args)).toBe('repeatr:0/serving')
    },
  )

  test('in every pod of a Deployment, each with a token of its own', async () => {
    await apply(namespace, workload('Deployment', 'many', [{ image: serving }]))
    await kubectl(['-n', namespace, 'scale', 'deployment/many', '--replicas=6'])
    const wait = ['rollout', 'status', 'deployment/many', '--timeout=240s']
    await kubectl(['-n', namespace, ...wait])
    const get = ['get', 'pods', '-l', 'app=many', '-o', 'name']
    const pods = (await kubectl(['-n', namespace, ...get])).trim().split('\n')
    expect(pods).toHaveLength(6)
    for (const name of pods) {
      expect(await execIn(namespace, name, 'cat', '/www/index.html')).toContain('hello')
      expect(`pod/${await tokenOwner(namespace, name)}`).toBe(name)
    }
  })

  test('in a Job, whose output is that of its program', async () => {
    await apply(namespace, job('once', [{ image: saying }]))
    const wait = ['wait', '--for=condition=Complete', '--timeout=120s', 'job/once']
    await kubectl(['-n', namespace, ...wait])
    expect(await kubectl(['-n', namespace, 'logs', 'job/once'])).toBe('a root of r2k8s\n')
  })

  test('in a CronJob', async () => {
    await apply(namespace, cronJob('yearly', [{ image: saying }]))
    const create = ['create', 'job', 'by-hand', '--from=cronjob/yearly']
    await kubectl(['-n', namespace, ...create])
    const wait = ['wait', '--for=condition=Complete', '--timeout=120s', 'job/by-hand']
    await kubectl(['-n', namespace, ...wait])
    expect(await kubectl(['-n', namespace, 'logs', 'job/by-hand'])).toBe(
      'a root of r2k8s\n',
    )
  })

  test('and the pod says which formula that is', async () => {
    await apply(namespace, pod('telling', [{ image: serving }]))
    await waitReady(namespace, 'telling')
    const id = await execIn(namespace, 'telling', 'sh', '-c', 'echo $R2K8S_FORMULA')
    const object = await kubectl(['-n', namespace, 'get', 'pod', 'telling', '-o', 'json'])
    const { metadata } = JSON.parse(object) as {
      metadata: { annotations: Record<string, string> }
    }
    expect(metadata.annotations['formula.r2k8s.io/app']).toContain(id.trim())
  })
})

/** Which pod the API server takes for the sender of what comes with its token. */
async function tokenOwner(namespace: string, pod: string): Promise<string> {
  const path = '/var/run/secrets/kubernetes.io/serviceaccount/token'
  const [, claims = ''] = (await execIn(namespace, pod, 'cat', path)).split('.')
  const read = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
    'kubernetes.io': { pod: { name: string } }
  }
  return read['kubernetes.io'].pod.name
}
