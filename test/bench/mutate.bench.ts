// (c) How long the rewriter takes for one pod.

import { mutate } from '../../src/mutate/mutate.ts'
import { formulasByName, mutateOptions } from './formula.ts'
import { printTable, timeCalls } from './measure.ts'
import { pod, podSizes } from './reviews.ts'

export function benchMutate(): void {
  const rows = podSizes.map(({ name, ...size }) => {
    const object = pod('repeatr:0/web', size)
    const text = JSON.stringify(object)
    const parse = timeCalls(() => JSON.parse(text) as unknown, 2000)
    const micros = timeCalls(() => mutate(object, formulasByName, mutateOptions), 2000)
    return {
      what: `mutate, pod of ${name} (${Math.round(text.length / 1024)} KB)`,
      figure: `${micros.toFixed(1)} µs`,
      ratio: `${(micros / parse).toFixed(2)} × JSON.parse of it`,
      ...(name === '18 KB' && { goal: '≤ 50 µs', met: micros <= 50 }),
    }
  })
  printTable('(c) the rewriter alone, median', rows)
}
