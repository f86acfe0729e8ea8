import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readTutorial } from '../../../tools/tutorial/read-tutorial.ts'
import {
  endJobs,
  freeAddress,
  runTutorial,
} from '../../../tools/tutorial/run-tutorial.ts'
import { shows } from '../../shows.ts'
import { kubectl, lab, makeNamespace } from '../lab.ts'

const root = join(import.meta.dirname, '../../..')
const directory = mkdtempSync(join(tmpdir(), 'r2k8s-tutorial-'))
afterAll(() => {
  endJobs(directory)
  rmSync(directory, { recursive: true })
})

test('the tutorial of README.md prints what it shows', async () => {
  const namespace = await makeNamespace()
  const kubeconfig = join(directory, 'kubeconfig')
  copyFileSync(lab.kubeconfig, kubeconfig)
  const set = ['config', 'set-context', '--current', `--namespace=${namespace}`]
  await kubectl(set, { env: { KUBECONFIG: kubeconfig } })
  const steps = await runTutorial({
    tutorial: readTutorial(readFileSync(join(root, 'README.md'), 'utf8')),
    directory,
    env: {
      ...process.env,
      PATH: [dirname(lab.program), dirname(lab.kubectl), process.env['PATH']].join(':'),
      KUBECONFIG: kubeconfig,
      BASE: lab.pauseImage,
      HOST: await freeAddress(lab.hostAddress),
      NAMESPACE: namespace,
      BUSYBOX: lab.busybox,
    },
  })
  for (const { line, command, output, printed } of steps) {
    const lines = printed.trimEnd() === '' ? [] : printed.trimEnd().split('\n')
    expect(lines, `README.md:${line}: ${command}`).toSatisfy((actual: string[]) =>
      shows(output, actual),
    )
  }
})
