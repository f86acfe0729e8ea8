// A histogram as Prometheus reads it. prom-client's own takes a tenth of the time of an admission.

export interface Histogram {
  readonly observe: (value: number) => void
  /** In the text format. */
  readonly print: () => string
}

/** @param bounds upper ones, growing */
export function createHistogram(
  name: string,
  help: string,
  bounds: readonly number[],
): Histogram {
  /** Of values up to each bound and above the one before; the last one is above all. */
  const counts = new Array<number>(bounds.length + 1).fill(0)
  let sum = 0

  return {
    observe: (value) => {
      const found = bounds.findIndex((bound) => value <= bound)
      const at = found < 0 ? bounds.length : found
      counts[at] = (counts[at] ?? 0) + 1
      sum += value
    },
    print: () => {
      let total = 0
      const buckets = [...bounds, '+Inf'].map((bound, i) => {
        total += counts[i] ?? 0
        return `${name}_bucket{le="${bound}"} ${total}`
      })
      const head = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`]
      return [
        ...head,
        ...buckets,
        `${name}_sum ${sum}`,
        `${name}_count ${total}`,
        '',
      ].join('\n')
    },
  }
}
