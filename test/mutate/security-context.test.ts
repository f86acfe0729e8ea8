import { describe, expect, test } from 'vitest'
import { type JsonValue } from '../../src/json.ts'
import { formula, loaded, options } from './formulas.ts'
import { at, container } from './parts.ts'
import { lookup, pod, refusals, rewritten } from './pods.ts'

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
