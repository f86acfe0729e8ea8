// Programs that keep credentials for docker: `docker-credential-<name> get`.

import { spawn } from 'node:child_process'
import { Buffer } from 'node:buffer'
import { quote } from '../../errors.ts'
import { memberString } from '../../json.ts'
import { explainSystemError, systemErrorCode } from '../../system-error.ts'
import type { Credentials, CredentialsContext } from './docker-credentials.ts'
import { parseJsonBytes } from './read-bounded.ts'
import { RegistryFailure } from './registry-failure.ts'

const helperName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/**
 * `undefined` when the helper has none, and with a warning when it is not installed: many a public
 * repository can be read all the same.
 * @throws RegistryFailure when it fails
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  context: CredentialsContext,
): Promise<Credentials | undefined> {
  if (!helperName.test(name)) {
    throw new RegistryFailure(`${quote(name)} is no valid name of a credential helper`)
  }
  const program = `docker-credential-${name}`
  const { code, output, problem } = await run(program, server, context)
  if (problem !== undefined) {
    if (systemErrorCode(problem) !== 'ENOENT') {
      throw new RegistryFailure(`${program}: ${explainSystemError(problem)}`)
    }
    const message = `${program} is not on the PATH: going on without the credentials that docker's configuration leaves to it`
    context.report({ kind: 'log', level: 'warn', message })
    return undefined
  }
  if (code !== 0) {
    // What helpers say is for people and in no fixed place; only this sentence is part of the protocol.
    if (/credentials not found/i.test(output.toString('utf8'))) return undefined
    throw new RegistryFailure(`${program} fails for ${quote(server)}`)
  }
  return readAnswer(program, output)
}

function readAnswer(program: string, output: Buffer): Credentials | undefined {
  const answer = parseJsonBytes(output)
  const user = memberString(answer, 'Username')
  const secret = memberString(answer, 'Secret')
  if (user === undefined || secret === undefined) {
    throw new RegistryFailure(`${program} gives no answer that can be read`)
  }
  if (user === '' && secret === '') return undefined
  return user === '<token>'
    ? { kind: 'identity-token', token: secret }
    : { kind: 'password', user, password: secret }
}

const patience = 30_000
const longestOutput = 1024 * 1024

interface Outcome {
  readonly code: number | null
  readonly output: Buffer
  readonly problem?: unknown
}

/** Its own errors go nowhere: they may hold what nobody should read. */
function run(
  program: string,
  input: string,
  { env, signal }: CredentialsContext,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const child = spawn(program, ['get'], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: patience,
      killSignal: 'SIGKILL',
      ...(signal !== undefined && { signal }),
    })
    child.on('error', (problem) => {
      resolve({ code: null, output: Buffer.alloc(0), problem })
    })
    child.on('close', (code) => {
      resolve({ code, output: Buffer.concat(chunks) })
    })
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > longestOutput) child.kill('SIGKILL')
      else chunks.push(chunk)
    })
    // A helper that does not read its input closes the pipe; its exit code tells the rest.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
