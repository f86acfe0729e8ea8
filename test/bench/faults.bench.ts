// (i) Restarts and new authorities under load, for minutes: the end-to-end test of them, again and again.

import { spawnSync } from 'node:child_process'
import { printTable } from './measure.ts'

const rounds = 5

export function benchFaults(): void {
  const args = ['run', '--config', 'test/e2e/faults.vitest.config.ts', 'under-load']
  const { status, stderr } = spawnSync('vitest', args, {
    env: { ...process.env, R2K8S_FAULT_ROUNDS: String(rounds) },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  const told = stderr.split('\n').filter((line) => line.includes('pods rewritten'))
  const met = status === 0
  const figure = met ? 'none failed' : 'some failed, or the tests could not be run'
  printTable(`(i) ${rounds} times, under 100 creates per second`, [
    { what: 'rolling restarts', figure: told[0] ?? figure, goal: 'none fails', met },
    { what: 'new authorities', figure: told[1] ?? figure, goal: 'none fails', met },
  ])
}
