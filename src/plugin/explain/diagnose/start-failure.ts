// What the container runtime says when a program does not start. The fetcher has tested the formula's
// program; a command of the pod's own, and what is mounted over the root, nobody has.

import { quote } from '../../../errors.ts'
import type { ContainerFacts } from '../container-facts.ts'
import type { NextStep } from '../model.ts'
import {
  diagnosis,
  formulaContainerOf,
  nameOf,
  type Diagnosis,
  type PodContext,
} from './pod-context.ts'

export function readStartFailure(
  context: PodContext,
  container: ContainerFacts,
  message: string,
): Diagnosis {
  const subject = nameOf(context, container)
  const known = patterns.find(({ pattern }) => pattern.test(message))
  if (known === undefined) {
    const why = `${subject} cannot start: ${lastCause(message)}`
    return diagnosis('cannot-start', why, 'correct what the runtime complains of')
  }
  const what = known.pattern.exec(message)?.[1] ?? ''
  const why = `${subject} cannot start: ${known.why(what)}`
  return diagnosis('cannot-start', why, known.next(context, container))
}

interface Known {
  readonly pattern: RegExp
  readonly why: (what: string) => string
  readonly next: (context: PodContext, container: ContainerFacts) => NextStep
}

const correctMounts: Known['next'] = () => ({
  text: 'correct the volumeMounts of the container: a directory cannot be mounted onto a file, nor a file onto a directory',
})

/** In the words of runc and crun. */
const patterns: readonly Known[] = [
  {
    pattern: /exec:? "([^"]*)": (?:stat [^:]*: no such file|executable file not found)/,
    why: (program) => `there is no program ${quote(program)} in its root`,
    next: correctProgram,
  },
  {
    pattern: /exec "?([^":]*)"?: no such file or directory/,
    why: (program) => `${quote(program)} or its loader is not in its root`,
    next: correctProgram,
  },
  {
    pattern: /exec:? "?([^":]*)"?: exec format error/,
    why: (program) => `${quote(program)} is no program for this type of machine`,
    next: correctProgram,
  },
  {
    pattern: /exec:? "?([^":]*)"?:(?: stat [^:]*:)? permission denied/,
    why: (program) => `${quote(program)} is not executable, or the node forbids it`,
    next: correctProgram,
  },
  {
    pattern: /chdir to cwd \("([^"]*)"\)/,
    why: (directory) => `its working directory ${quote(directory)} is not there`,
    next: () => ({ text: 'correct workingDir of the container, or cwd in the formula' }),
  },
  {
    pattern: /mount(?:ing)? .*? to rootfs at "([^"]*)".*not a directory/,
    why: (path) => `what is mounted at ${quote(path)} does not fit there`,
    next: correctMounts,
  },
  {
    pattern: /rootfs at "([^"]*)".*read-only file system/,
    why: (path) =>
      `there is nothing at ${quote(path)} to mount on, and the root is read-only`,
    next: () => ({
      text: 'set securityContext.readOnlyRootFilesystem of the container to false, or mount elsewhere',
    }),
  },
]

function correctProgram(context: PodContext, { name }: ContainerFacts): NextStep {
  const formula = formulaContainerOf(context, name)
  if (formula?.commandOf !== 'formula') {
    return { text: `correct the command of container "${name}"` }
  }
  return {
    text: 'correct the program or the wares of the formula, and push it',
    command: `kubectl r2k8s push FORMULA -n ${context.namespace}`,
  }
}

/** A runtime puts every layer that it went through before the cause. */
function lastCause(message: string): string {
  return message
    .replace(
      /^.*unable to start container process: (?:error during container init: )?/s,
      '',
    )
    .replace(/^failed to create (?:containerd task|shim task|containerd container): /, '')
    .trim()
}
