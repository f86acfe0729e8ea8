// (a) `template` on streams of documents, (b) how fast the program starts.

import { mkdirSync, writeFileSync } from 'node:fs'
import { exampleFormula, manifestStream } from './inputs.ts'
import { startKubectl } from '../kubectl/kubectl.ts'
import { printTable, timeProgram, type Row } from './measure.ts'

const program = new URL('../../bin/kubectl-r2k8s', import.meta.url).pathname

export interface BenchPlace {
  /** For inputs, made by the bench. */
  readonly directory: string
  /** Path of a kubectl to compare with; empty when there is none. */
  readonly kubectl: string
}

const emptyNode = [process.execPath, '-e', '0'] as const

export async function benchTemplate({
  directory: cwd,
  kubectl,
}: BenchPlace): Promise<void> {
  mkdirSync(cwd, { recursive: true })
  writeFileSync(`${cwd}/example.formula`, exampleFormula)
  const streams = [500, 5_000, 50_000].map((documents) => {
    const file = `stream-${documents}.yaml`
    const text = manifestStream(documents, 50)
    writeFileSync(`${cwd}/${file}`, text)
    const timing = timeProgram({ command: [program, 'template', file], cwd, runs: 11 })
    return { documents, file, bytes: text.length, timing }
  })
  const node = timeProgram({ command: [...emptyNode], cwd, runs: 15 })
  const rows: Row[] = [{ what: 'node -e 0', figure: seconds(node.seconds) }]
  const main = streams.find((stream) => stream.documents === 5_000)
  if (kubectl !== '' && main !== undefined) {
    const { flags, close } = await startKubectl(kubectl)
    const create = ['create', '--dry-run=client', '--validate=false', '-o', 'yaml']
    const command: [string, ...string[]] = [kubectl, ...flags, ...create, '-f', main.file]
    const theirs = timeProgram({ command, cwd, runs: 7 })
    close()
    rows.push({
      what: 'kubectl create --dry-run=client, 5000 documents',
      figure: seconds(theirs.seconds),
    })
    const ratio = main.timing.seconds / theirs.seconds
    rows.push({
      what: 'template, 5000 documents',
      figure: seconds(main.timing.seconds),
      ratio: `1/${(1 / ratio).toFixed(1)} of kubectl`,
      goal: '≤ 1/8',
      met: ratio <= 1 / 8,
    })
  }
  for (const { documents, bytes, timing } of streams) {
    const memory = timing.memory ?? NaN
    rows.push({
      what: `template, ${documents} documents (${(bytes / 1e6).toFixed(2)} MB), 50 with formulas`,
      figure: `${seconds(timing.seconds)}, ${memory.toFixed(0)} MB`,
      ratio: `${(timing.seconds / node.seconds).toFixed(1)} × node -e 0`,
      ...(documents === 5_000 && { goal: '< 150 MB', met: memory < 150 }),
    })
  }
  printTable('(a) template on a stream of documents', rows)
}

export function benchStart({ directory: cwd, kubectl }: BenchPlace): void {
  writeFileSync(`${cwd}/one.yaml`, manifestStream(1, 1))
  const node = timeProgram({ command: [...emptyNode], cwd, runs: 25 })
  const rows: Row[] = [{ what: 'node -e 0', figure: seconds(node.seconds) }]
  if (kubectl !== '') {
    const theirs = timeProgram({
      command: [kubectl, 'version', '--client'],
      cwd,
      runs: 25,
    })
    rows.push({ what: 'kubectl version --client', figure: seconds(theirs.seconds) })
  }
  for (const args of [['-h'], ['template', 'one.yaml']]) {
    const { seconds: time } = timeProgram({ command: [program, ...args], cwd, runs: 25 })
    const above = time - node.seconds
    rows.push({
      what: `kubectl-r2k8s ${args.join(' ')}`,
      figure: seconds(time),
      ratio: `${seconds(above)} above node -e 0`,
      goal: '≤ 0.060 s above',
      met: above <= 0.06,
    })
  }
  printTable('(b) start-up', rows)
}

function seconds(time: number): string {
  return `${time.toFixed(3)} s`
}
