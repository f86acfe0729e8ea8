// How a program ended, in words, and what to look at.

import type { ContainerFacts, Ended } from '../container-facts.ts'
import type { NextStep } from '../model.ts'
import { kubectl, type PodContext } from './pod-context.ts'

export function describeEnd({ exitCode, reason }: Ended): string {
  if (reason === 'OOMKilled') return 'was killed for using more memory than it may'
  const signal = signals[exitCode - 128]
  if (exitCode > 128 && signal !== undefined) return `was ended by ${signal}`
  if (exitCode === 0) {
    return 'ended with exit code 0, and the restartPolicy Always starts it again'
  }
  return `ended with exit code ${exitCode}`
}

const signals: Readonly<Record<number, string>> = {
  2: 'SIGINT',
  4: 'SIGILL (an instruction this machine does not have)',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL (a liveness probe, or the kernel)',
  11: 'SIGSEGV (it crashed)',
  15: 'SIGTERM',
}

export function afterEnd(
  context: PodContext,
  { name, restarts, state }: ContainerFacts,
  { exitCode, reason }: Ended,
): NextStep {
  if (reason === 'OOMKilled') {
    return { text: `raise resources.limits.memory of container "${name}"` }
  }
  if (exitCode === 0) {
    return {
      text: 'a program that ends belongs into a Job; what it said before:',
      command: logs(),
    }
  }
  return { text: 'read what it said', command: logs() }

  function logs(): string {
    // Of a container that runs again, or is about to, the end is in the log of the run before.
    const previous = restarts > 0 && state.kind === 'running' ? ['--previous'] : []
    return kubectl(context, 'logs', context.name, '-c', name, ...previous)
  }
}
