// Other programs, run to their end.

import { spawn } from 'node:child_process'

export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** On top of this process's own. */
export type Environment = Readonly<Record<string, string>>

/** Never throws for what the program says; throws when it cannot be started. */
export function tryRun(
  program: string,
  args: readonly string[],
  env: Environment = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      const stdout = Buffer.concat(out).toString()
      const stderr = Buffer.concat(err).toString()
      resolve({ status: code ?? 1, stdout, stderr })
    })
  })
}

/** Returns stdout. @throws Error with what the program said */
export async function run(
  program: string,
  args: readonly string[],
  env: Environment = {},
): Promise<string> {
  const { status, stdout, stderr } = await tryRun(program, args, env)
  if (status === 0) return stdout
  const said = stderr.trim() === '' ? stdout.trim() : stderr.trim()
  throw new Error(`${program} ${args.join(' ')}: exit code ${status}\n${said}`)
}

/** Asks again and again. @throws Error with the last answer when the time is over */
export async function until(
  what: string,
  seconds: number,
  isSo: () => Promise<boolean | string>,
): Promise<void> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await isSo()
    if (answer === true) return
    if (Date.now() > end) {
      const more = answer === false ? '' : `: ${answer}`
      throw new Error(`${what}: not within ${seconds} s${more}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
