// Runs the commands of the tutorial one after the other in one shell, as a reader would type them.

import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
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

/** What a run has left in the background: the warehouse. */
export function endJobs(directory: string): void {
  let text: string
  try {
    text = readFileSync(join(directory, 'jobs'), 'utf8')
  } catch {
    return // there was none
  }
  for (const pid of text.match(/^\d+$/gm) ?? []) {
    if (isOurs(pid)) process.kill(Number(pid))
  }
}

/** Numbers of processes are used again. */
function isOurs(pid: string): boolean {
  try {
    const command =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : execFileSync('ps', ['-o', 'args=', '-p', pid], { encoding: 'utf8' })
    return command.includes('ware serve')
  } catch {
    return false // it has ended
  }
}

/** `host:port` where nobody listens yet. */
export function freeAddress(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, host, () => {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : undefined
      server.close(() => {
        resolve(`${host}:${port ?? 0}`)
      })
    })
  })
}
