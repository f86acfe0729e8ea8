// The registration of the webhook with the API server, and the authorities that it is trusted by.

import {
  dayOf,
  judgeRegistration,
  lastDay,
  readRegistration,
} from '../../webhook/registration.ts'
import { installHint } from '../../webhook/deployment.ts'
import { judgeSecondLook } from '../../webhook/second-look.ts'
import { failed, findingOf, ok, unknown, type Check } from '../check.ts'

export const checkRegistration: Check = {
  name: 'registration',
  run: async ({ facts, now }) => {
    const registration = await facts.registration()
    if (registration.kind === 'unknown') {
      return unknown(
        `the registration of the webhook may not be read: ${registration.why}`,
      )
    }
    const [policy, binding] = await Promise.all([facts.policy(), facts.binding()])
    const secondLook = judgeSecondLook(policy, binding)
    const trouble = judgeRegistration(registration, secondLook, now)
    if (trouble !== undefined) {
      const { kind } = await facts.deployment()
      return kind === 'missing' ? failed(trouble.why, installHint) : findingOf(trouble)
    }
    const read =
      registration.kind === 'found' ? readRegistration(registration.object) : undefined
    const end = dayOf(lastDay(read?.authorities ?? []))
    return ok(`the webhook is registered, and trusted until ${end} at least`)
  },
}
