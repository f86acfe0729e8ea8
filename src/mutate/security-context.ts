// From a formula's policy and user to a container's securityContext (formulas.md §8.4, §11).

import type { Action, Policy } from '../formula/formula.ts'
import { isArray, member, type JsonObject, type JsonValue } from '../json.ts'

export interface EffectiveUser {
  readonly uid: number
  readonly gid: number
  /** Whether pod or container forbid root. */
  readonly nonRoot: boolean
}

const routine = ['AUDIT_WRITE', 'KILL', 'NET_BIND_SERVICE']
const governor = [
  ...routine,
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
].sort()

/** The user a container will run as: its own word, then the pod's, then the formula's. */
export function effectiveUser(
  container: JsonObject,
  podSpec: JsonObject,
  action: Action,
): EffectiveUser {
  const uid = securityMember(container, podSpec, 'runAsUser')
  const gid = securityMember(container, podSpec, 'runAsGroup')
  return {
    uid: typeof uid === 'number' ? uid : action.user.uid,
    gid: typeof gid === 'number' ? gid : action.user.gid,
    nonRoot: securityMember(container, podSpec, 'runAsNonRoot') === true,
  }
}

/**
 * Members to add to the container's securityContext: only such as neither it nor, where a pod
 * can say it for all, the pod has set.
 */
export function securityContextMembers(
  container: JsonObject,
  podSpec: JsonObject,
  action: Action,
): JsonObject {
  const user = effectiveUser(container, podSpec, action)
  const own = member(container, 'securityContext')
  const all = contextOf(action.policy, user, isPrivileged(own))
  const members: Record<string, JsonValue> = {}
  for (const [name, value] of Object.entries(all)) {
    if (securityMember(container, podSpec, name) === undefined) members[name] = value
  }
  return members
}

function contextOf(policy: Policy, user: EffectiveUser, privileged: boolean): JsonObject {
  const ids = { runAsUser: user.uid, runAsGroup: user.gid }
  if (policy === 'sysad') return { ...ids, privileged: true }
  if (privileged) return ids
  return {
    allowPrivilegeEscalation: false,
    capabilities: { add: capabilities(policy, user.uid), drop: ['ALL'] },
    runAsGroup: user.gid,
    ...(user.uid !== 0 && { runAsNonRoot: true }),
    runAsUser: user.uid,
    seccompProfile: { type: 'RuntimeDefault' },
  }
}

/**
 * Kubernetes sets no ambient capabilities and we forbid new privileges, so to any user but root
 * an added one gives nothing; NET_BIND_SERVICE alone passes Pod Security *restricted*.
 */
function capabilities(policy: 'routine' | 'governor', uid: number): readonly string[] {
  if (uid !== 0) return ['NET_BIND_SERVICE']
  return policy === 'governor' ? governor : routine
}

/** The API refuses these together with a ban on privilege escalation. */
function isPrivileged(own: JsonValue | undefined): boolean {
  const added = member(member(own, 'capabilities'), 'add')
  return (
    member(own, 'privileged') === true ||
    (isArray(added) &&
      added.some((name) => name === 'SYS_ADMIN' || name === 'CAP_SYS_ADMIN'))
  )
}

const ofThePodToo = new Set(['runAsUser', 'runAsGroup', 'runAsNonRoot', 'seccompProfile'])

function securityMember(container: JsonObject, podSpec: JsonObject, name: string) {
  const own = member(member(container, 'securityContext'), name)
  if (own !== undefined && own !== null) return own
  if (!ofThePodToo.has(name)) return undefined
  return member(member(podSpec, 'securityContext'), name) ?? undefined
}
