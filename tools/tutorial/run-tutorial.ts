// Runs the commands of the tutorial one after the other in one shell, as a reader would type them.

import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tutorial, TutorialCommand } from './read-tutorial.ts'

export interface TutorialOptions {
  readonly tutorial: Tutorial
  /** Made when it is not there. */
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly onStart?: (command: TutorialCommand) => void
  readonly onOutput?: (text: string) => void
}

export interface TutorialStep extends TutorialCommand {
  /** Of stdout and stderr. */
  readonly printed: string
}

const mark = '\u0001'

/** The steps that were carried out, up to the first that failed. @throws Error that names that one */
export async function runTutorial(options: TutorialOptions): Promise<TutorialStep[]> {
  const { tutorial, directory, env } = options
  mkdirSync(directory, { recursive: true })
  for (const [name, text] of tutorial.files) writeFileSync(join(directory, name), text)
  const steps: TutorialStep[] = []
  let current = -1
  const hear = (text: string): void => {
    for (const [i, part] of text.split(mark).entries()) {
      if (i > 0) {
        const command = tutorial.commands[++current]
        if (command === undefined) continue
        steps.push({ ...command, printed: '' })
        options.onStart?.(command)
      }
      const step = steps.at(-1)
      if (step === undefined || part === '') continue
      steps[steps.length - 1] = { ...step, printed: step.printed + part }
      options.onOutput?.(part)
    }
  }
  const status = await runShell(scriptOf(tutorial), { cwd: directory, env }, hear)
  const last = steps.at(-1)
  if (status === 0) return steps
  throw new Error(
    `README.md:${last?.line ?? 0}: "${last?.command ?? ''}" ended with ${status}:\n${last?.printed ?? ''}`,
  )
}

function scriptOf({ commands }: Tutorial): string {
  const steps = commands.map(({ command }) => `printf '\\001'\n${command}`)
  // What stays in the background is to be found again.
  return ['exec 2>&1', 'set -e', ...steps, "printf '\\001'", 'jobs -p > jobs'].join('\n')
}

function runShell(
  script: string,
  options: { readonly cwd: string; readonly env: TutorialOptions['env'] },
  hear: (text: string) => void,
): Promise<number> {
  const child = spawn('bash', ['-c', script], {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', hear)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    // What stays in the background may hold the pipe open.
    child.once('exit', (code) => {
      setTimeout(() => {
        resolve(code ?? 1)
      }, 100)
    })
  })
}
