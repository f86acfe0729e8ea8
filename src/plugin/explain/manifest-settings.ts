// The settings by which manifests are explained: of `--settings`, else of the cluster that they are meant
// for, else the defaults.

import { R2k8sError } from '../../errors.ts'
import type { Settings } from '../../mutate/settings.ts'
import { askForFacts, type SettingsFact } from '../doctor/facts.ts'
import type { Io } from '../io.ts'
import { chooseSettings } from '../template/choose-settings.ts'
import type { Terminal } from '../terminal.ts'
import type { ExplainOptions } from './explain.ts'
import type { NearbyCluster } from './nearby-cluster.ts'

export interface SettingsContext {
  readonly cluster: NearbyCluster
  readonly io: Io
  readonly terminal: Terminal
}

/** Says which they are: on them depends what is told. @throws R2k8sError settings-invalid */
export async function chooseManifestSettings(
  options: ExplainOptions,
  { cluster, io, terminal }: SettingsContext,
): Promise<Settings> {
  const say = (which: string): void => {
    terminal.say(which, { text: 'settings:', color: 'cyan' })
  }
  const chosen = await chooseSettings({ ...options, files: [] }, io)
  if (options.settings !== undefined) {
    say(`those of ${options.settings}`)
    return chosen
  }
  const asked = await cluster.ask(({ client, namespace }) =>
    askForFacts({ client, namespace, version: io.version }).settings(),
  )
  if ('absent' in asked) {
    say(`the defaults, as there is no cluster to ask (${asked.absent}); ${others}`)
    return chosen
  }
  say(wordsFor(asked.answer))
  return asked.answer.settings
}

const others = '--settings FILE gives others'

function wordsFor(fact: SettingsFact): string {
  switch (fact.kind) {
    case 'found':
      return 'those of the cluster, from its ConfigMap r2k8s-settings'
    case 'missing':
      return 'the defaults, as the cluster has no ConfigMap r2k8s-settings'
    case 'unknown':
      return `the defaults, as those of the cluster may not be read (${fact.why}); ${others}`
    case 'invalid': {
      const [first, ...more] = fact.problems
      const why = first === undefined ? '' : new R2k8sError([first, ...more]).message
      return `the defaults, as those of the cluster are wrong (${why}); ${others}`
    }
  }
}
