// Volumes with something to pack, and the packer at work on them.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AgentIo } from '../../src/agent/io.ts'
import type { OutputOrder, PackPlan } from '../../src/mutate/pack-plan.ts'
import { runInPod, type AgentRun } from './agent.ts'
import { makeScratch } from './trees.ts'

/** By path in the root. */
export function volumeWith(files: Readonly<Record<string, string>>): string {
  const root = makeScratch()
  mkdirSync(join(root, 'root'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'root', path)), { recursive: true })
    writeFileSync(join(root, 'root', path), content)
  }
  return root
}

export type OutputText = Partial<OutputOrder> & Pick<OutputOrder, 'root' | 'path'>

/** The names of outputs are `out-0`, `out-1` unless told. */
export function packPlan(
  outputs: readonly OutputText[],
  others: Partial<PackPlan> = {},
): PackPlan {
  const all = outputs.map((output, i) => ({
    ...{ name: `out-${i}`, packtype: 'tar' as const, filters: {}, addresses: [] },
    ...output,
  }))
  return { version: 1, outputs: all, ...others }
}

export const planVariables = (plan: PackPlan) => ({
  R2K8S_PACK_PLAN: JSON.stringify(plan),
})

/** As the kubelet has it: the action has ended, the packer is told. */
export function pack(plan: PackPlan, changes: Partial<AgentIo> = {}): Promise<AgentRun> {
  const terminated = AbortSignal.abort()
  return runInPod(['pack'], planVariables(plan), { terminated, ...changes })
}

export interface RunningPacker {
  readonly lines: readonly string[]
  readonly ended: Promise<AgentRun>
  readonly isOver: () => boolean
  readonly tell: (word: 'begin' | 'release' | 'quit' | 'SIGTERM') => void
}

export function startPacker(plan: PackPlan): RunningPacker {
  const words = {
    begin: new AbortController(),
    release: new AbortController(),
    quit: new AbortController(),
    SIGTERM: new AbortController(),
  }
  const lines: string[] = []
  let over = false
  const { begin, release, quit, SIGTERM } = words
  const ended = pack(plan, {
    terminated: SIGTERM.signal,
    told: { begin: begin.signal, release: release.signal, quit: quit.signal },
    writeLine: (line) => lines.push(line),
  }).finally(() => {
    over = true
  })
  return {
    lines,
    ended,
    isOver: () => over,
    tell: (word) => {
      words[word].abort()
    },
  }
}
