// What else has a say in the namespace: a pod as the webhook leaves it, tried as a dry run.

import type { Refusal } from '../../../cluster/api-failure.ts'
import { isString, memberArray, memberString, type JsonObject } from '../../../json.ts'
import type { Settings } from '../../../mutate/settings.ts'
import { mayI } from '../../webhook/may-i.ts'
import { pods } from '../../../cluster/resources.ts'
import {
  failed,
  info,
  noNamespace,
  ok,
  unknown,
  warning,
  type Check,
  type Finding,
} from '../check.ts'
import { isServedByNobody } from '../image-names.ts'
import { rewrittenPod } from '../rewritten-pod.ts'

export const checkAdmission: Check = {
  name: 'admission',
  run: async ({ client, namespace, facts }) => {
    if ((await facts.namespace()).kind === 'missing') return unknown(noNamespace)
    const { settings, kind } = await facts.settings()
    const outcome = await client.create(
      { resource: pods, namespace },
      rewrittenPod(settings),
      { dryRun: true },
    )
    if (outcome.kind === 'object')
      return readAdmitted(outcome.object, { settings, isGuess: kind === 'unknown' })
    if (outcome.status === 403) {
      const deed = { verb: 'create', group: '', resource: 'pods', namespace }
      if (!(await mayI(client, deed)))
        return unknown(`no pod may be tried: ${outcome.message}`)
    }
    return readRefused(outcome, { namespace, settings })
  },
}

interface Context {
  readonly namespace: string
  readonly settings: Settings
}

/** No code tells who refuses: the names of Kubernetes' own plugins in their messages do. */
function readRefused({ message }: Refusal, { namespace, settings }: Context): Finding {
  const text = `a rewritten pod is refused in "${namespace}": ${message}`
  if (message.includes('violates PodSecurity')) {
    return failed(
      text,
      settings.ownership === 'keep'
        ? 'the settings keep owners, which takes uid 0: set "ownership: auto" or "flatten" in them'
        : `kubectl get namespace ${namespace} --show-labels tells what Pod Security is enforced`,
    )
  }
  if (message.includes('exceeded quota') || message.includes('failed quota')) {
    return failed(text, `kubectl describe quota -n ${namespace}`)
  }
  if (/(maximum|minimum) \S+ usage per/.test(message)) {
    return failed(
      text,
      `kubectl describe limitrange -n ${namespace}`,
      'what the fetcher asks for is in the settings: fetchResources',
    )
  }
  const { agentImage, baseImage } = settings
  return failed(
    text,
    `whoever refuses has to let pass the init container r2k8s-fetch and the images ${agentImage} and ${baseImage}`,
  )
}

interface Tried {
  readonly settings: Settings
  /** The user may not read those in force. */
  readonly isGuess: boolean
}

function readAdmitted({ spec }: JsonObject, { settings, isGuess }: Tried): Finding[] {
  const { agentImage, baseImage, imagePullPolicy } = settings
  const all = [...memberArray(spec, 'initContainers'), ...memberArray(spec, 'containers')]
  const ours = all.filter((each) => names.has(memberString(each, 'name') ?? ''))
  const findings: Finding[] = []

  const images = ours.map((each) => memberString(each, 'image') ?? '')
  const swapped = images.filter((image) => image !== agentImage && image !== baseImage)
  if (swapped.length > 0) {
    findings.push(
      warning(
        `something replaces images: ${agentImage} and ${baseImage} became ${images.join(' and ')}`,
        'exempt images of the host "repeatr:0" from it, or the webhook never sees formulas',
        'and have both images where it looks for them',
      ),
    )
  }
  const policies = ours.map((each) => memberString(each, 'imagePullPolicy'))
  if (imagePullPolicy !== 'Always' && policies.includes('Always')) {
    findings.push(alwaysPulled([agentImage, baseImage].filter(isServedByNobody)))
  }
  const added = all
    .map((each) => memberString(each, 'name'))
    .filter((name) => isString(name) && !names.has(name))
  if (added.length > 0) {
    findings.push(
      info(
        `other webhooks add containers: ${added.join(', ')}`,
        'a proxy that is no init container starts after the fetcher: the annotation r2k8s.io/fetch-run-as-user may give it a user that the proxy lets through',
      ),
    )
  }
  const isClean = findings.every(({ status }) => status === 'info')
  if (!isClean) return findings
  const guess = isGuess ? ', tried with the default settings' : ''
  return [ok(`a rewritten pod is admitted as it is${guess}`), ...findings]
}

const names: ReadonlySet<string> = new Set(['r2k8s-fetch', 'trial'])

function alwaysPulled(local: readonly string[]): Finding {
  const [first = 'the images'] = local
  return warning(
    'every image is pulled again for every pod here (AlwaysPullImages)',
    local.length === 0
      ? 'the registry of the two images has to be reachable whenever a pod starts'
      : `no registry serves ${first}: push it to one and name it: kubectl r2k8s install --image IMAGE --base-image IMAGE`,
  )
}
