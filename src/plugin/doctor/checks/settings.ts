// The settings of the cluster: whether the webhook can read them.

import { describeProblem } from '../../../errors.ts'
import { settingsRef, systemNamespace } from '../../webhook/installed-objects.ts'
import { ok, unknown, type Check, type Finding } from '../check.ts'

const name = `ConfigMap ${settingsRef.name}`

export const checkSettings: Check = {
  name: 'settings',
  run: async ({ facts }): Promise<Finding> => {
    const settings = await facts.settings()
    switch (settings.kind) {
      case 'found':
        return ok(`the ${name} is valid`)
      case 'missing':
        return ok(`there is no ${name}: the defaults are in force`)
      case 'unknown':
        return unknown(`the ${name} may not be read: ${settings.why}`)
      case 'invalid': {
        const problems = settings.problems.map(describeProblem).join('; ')
        return {
          status: 'failed',
          code: 'settings-invalid',
          text: `the ${name} does not count: ${problems}`,
          hints: [`kubectl edit configmap ${settingsRef.name} -n ${systemNamespace}`],
        }
      }
    }
  },
}
