// Which lines of a log were read: of its last two seconds, by their times. When a log is opened again, the
// kubelet starts at a whole second, and what was printed must not be printed twice.

export interface LineMemory {
  readonly add: (time: LineTime) => void
  /** @param cut the line that was in work when the log broke off */
  readonly replay: (cut: CutLine | undefined) => Replay | undefined
}

export interface LineTime {
  /** Unix time. */
  readonly second: number
  readonly nanos: number
}

export interface CutLine extends LineTime {
  /** That were printed of it. */
  readonly bytes: number
}

export interface Replay {
  /** Unix time to read the log from, in whole seconds. */
  readonly from: number
  /**
   * Asked for every line until one is not known: lines keep their places in a log, so whatever follows
   * that one is new. `gap`: it is new, and what was read last is not in the log any more.
   */
  readonly meet: (time: LineTime) => 'known' | 'new' | 'gap' | CutLine
  /** Whether all that was read was met. */
  readonly isOver: () => boolean
}

/**
 * Of the latest second and the one before it, as lines of both streams of a program may change places by
 * less than one: no line that is to come is older. Times have nanoseconds and are hardly ever the same;
 * where they are, lines are counted.
 */
export function createLineMemory(): LineMemory {
  let from = 0
  // Nanoseconds behind `from`, in the order of the log. Two seconds of them fit 32 bits.
  let times = new Uint32Array(leastTimes)
  let count = 0

  /** In place: in a second there may be hundreds of thousands. */
  function forgetUntil(second: number): void {
    const later = (second - from) * nanosPerSecond
    let kept = 0
    for (let i = 0; i < count; i++) {
      const time = times[i] ?? 0
      if (time >= later) times[kept++] = time - later
    }
    count = kept
    from = second
  }

  function add({ second, nanos }: LineTime): void {
    // The clock of the node may have been put back: what is to come begins there.
    if (count === 0 || second < from) {
      from = second - 1
      count = 0
    } else if (second > from + 1) forgetUntil(second - 1)
    if (count === times.length) {
      const more = new Uint32Array(2 * count)
      more.set(times)
      times = more
    }
    times[count++] = behind(from, second, nanos)
  }

  return {
    add,
    replay: (cut) => {
      const known = { from, times: times.slice(0, count) }
      if (count > 0) {
        const least = cut === undefined ? from : Math.min(from, cut.second)
        return replayOf(known, cut, least)
      }
      if (cut === undefined) return undefined
      return replayOf(known, cut, cut.second - 1)
    },
  }
}

const leastTimes = 1024
const nanosPerSecond = 1_000_000_000

function behind(from: number, second: number, nanos: number): number {
  return (second - from) * nanosPerSecond + nanos
}

interface Known {
  readonly from: number
  readonly times: Uint32Array
}

function replayOf(known: Known, cut: CutLine | undefined, from: number): Replay {
  const { times } = known
  let met = 0
  return {
    from,
    meet: (time) => {
      // Those in front may have been thrown away, and one of them may have had the same time.
      const place = times.indexOf(behind(known.from, time.second, time.nanos), met)
      if (place >= 0) {
        met = place + 1
        return 'known'
      }
      if (cut !== undefined && isSame(time, cut)) return cut
      return met === times.length && cut === undefined ? 'new' : 'gap'
    },
    isOver: () => met === times.length && cut === undefined,
  }
}

function isSame(a: LineTime, b: LineTime): boolean {
  return a.second === b.second && a.nanos === b.nanos
}
