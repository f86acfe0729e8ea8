// What `explain` does: asks the cluster, or works out what `template` would do, and prints what it finds.

import { R2k8sError } from '../../errors.ts'
import type { JsonValue } from '../../json.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import { printValue, type OutputForm } from '../print-value.ts'
import type { Terminal } from '../terminal.ts'
import { explainSubject } from './explain-subject.ts'
import { readSubjects } from './find-subject.ts'
import type { Explanation, ExplanationList } from './model.ts'
import { printExplanation } from './print-explanation.ts'

export interface ExplainOptions extends ClusterFlags {
  readonly names: readonly string[]
  readonly filename?: readonly string[]
  readonly recursive?: boolean
  readonly settings?: string
  readonly source?: readonly string[]
  readonly index?: boolean
  readonly output?: OutputForm
}

/** @throws R2k8sError when there is nothing of a name, or a manifest is wrong */
export async function explain(
  options: ExplainOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  checkUsage(options)
  const explanations = await gather(options, io, terminal)
  const { output } = options
  if (output === undefined) {
    io.writeStdout(explanations.map(printExplanation).join('\n'))
  } else {
    io.writeStdout(printValue(toJson({ explanations }), output))
  }
}

function checkUsage({ names, filename }: ExplainOptions): void {
  if (names.length === 0 && filename === undefined) {
    throw usage('nothing is named', 'name a pod, or manifests with -f')
  }
  if (names.length > 0 && filename !== undefined) {
    throw usage('pods and -f are both given', 'explain them in two calls')
  }
}

function usage(why: string, hint: string): R2k8sError {
  return new R2k8sError([{ code: 'usage', task: 'explain', why, hints: [hint] }])
}

async function gather(
  options: ExplainOptions,
  io: Io,
  terminal: Terminal,
): Promise<readonly Explanation[]> {
  const { filename, names } = options
  if (filename !== undefined) {
    const { explainManifests } = await import('./explain-manifests.ts')
    return await explainManifests({ ...options, filename }, io, terminal)
  }
  const subjects = readSubjects(names)
  const cluster = await openCluster(options, io, terminal)
  try {
    return await Promise.all(subjects.map((each) => explainSubject(cluster, each, io)))
  } finally {
    await cluster.close()
  }
}

/** Without the members that are undefined. */
function toJson(list: ExplanationList): JsonValue {
  return JSON.parse(JSON.stringify(list)) as JsonValue // of our own making
}
