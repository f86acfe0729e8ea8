// What `explain` does: asks the cluster, or works out what `template` would do, and prints what it finds.

import { R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import type { JsonValue } from '../../json.ts'
import { openCluster, type OpenCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import { printValue, type OutputForm } from '../print-value.ts'
import type { Terminal } from '../terminal.ts'
import { explainSubject } from './explain-subject.ts'
import { readSubjects, type Subject } from './find-subject.ts'
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

/** @throws R2k8sError when there is nothing of a name, after the others were explained; when a manifest is wrong */
export async function explain(
  options: ExplainOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  checkUsage(options)
  const { explanations, problems } = await gather(options, io, terminal)
  if (explanations.length === 0) throwIfAny(problems)
  const { output } = options
  if (output === undefined) {
    io.writeStdout(explanations.map(printExplanation).join('\n'))
  } else {
    io.writeStdout(printValue(toJson({ explanations }), output))
  }
  throwIfAny(problems)
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

interface Gathered {
  readonly explanations: readonly Explanation[]
  /** Of the names that nothing could be told of. */
  readonly problems: readonly Problem[]
}

async function gather(
  options: ExplainOptions,
  io: Io,
  terminal: Terminal,
): Promise<Gathered> {
  const { filename, names } = options
  if (filename !== undefined) {
    const { explainManifests } = await import('./explain-manifests.ts')
    const explanations = await explainManifests({ ...options, filename }, io, terminal)
    return { explanations, problems: [] }
  }
  const subjects = readSubjects(names)
  const cluster = await openCluster(options, io, terminal)
  try {
    const each = await Promise.all(
      subjects.map((subject) => explainOne(cluster, subject, io)),
    )
    return {
      explanations: each.flatMap(({ explanations }) => explanations),
      problems: each.flatMap(({ problems }) => problems),
    }
  } finally {
    await cluster.close()
  }
}

/** What is not there keeps nobody from what is. */
async function explainOne(
  cluster: OpenCluster,
  subject: Subject,
  io: Io,
): Promise<Gathered> {
  try {
    return { explanations: [await explainSubject(cluster, subject, io)], problems: [] }
  } catch (error) {
    if (!(error instanceof R2k8sError) || error.code !== 'rejected-by-cluster')
      throw error
    return { explanations: [], problems: error.problems }
  }
}

/** Without the members that are undefined. */
function toJson(list: ExplanationList): JsonValue {
  return JSON.parse(JSON.stringify(list)) as JsonValue // of our own making
}
