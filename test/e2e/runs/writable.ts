// A warehouse that takes wares from whoever has its token.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { lab } from '../lab.ts'
import { makeDirectory } from './build.ts'

const stops: (() => void)[] = []
afterAll(() => {
  for (const stop of stops) stop()
})

export interface WritableWarehouse {
  readonly address: string
  readonly directory: string
  readonly token: string
  /** Directory with the token as a file. */
  readonly credentials: string
}

export async function serveWritable(): Promise<WritableWarehouse> {
  const directory = makeDirectory()
  const credentials = join(makeDirectory(), 'credentials')
  const token = randomBytes(16).toString('hex')
  mkdirSync(credentials)
  writeFileSync(join(credentials, 'token'), token)
  const args = ['ware', 'serve', directory, '--write', '--listen', `${lab.hostAddress}:0`]
  const child = spawn(lab.program, args, {
    env: { ...process.env, R2K8S_WAREHOUSE_TOKEN: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  stops.push(() => {
    child.kill()
  })
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`ware serve ended with ${code}`))
    })
    child.stdout.once('data', (line: Buffer) => {
      resolve(line.toString().trim())
    })
  })
  return { address, directory, token, credentials }
}
