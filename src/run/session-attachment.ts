// One connection between the action and the user's terminal.

import { Writable } from 'node:stream'
import type { StreamsQuery, WindowSizes } from '../cluster/pod-streams.ts'
import type { Attachment } from './attach-to-action.ts'
import type { ActionTerminal } from './conversation.ts'
import type { SessionOutput } from './session-output.ts'

export type Attach = (
  streams: Pick<StreamsQuery, 'stdin' | 'stdout' | 'sizes' | 'signal'>,
) => Promise<Attachment>

/** In milliseconds. Nobody tells when the streams are there: by then a refusal would have come. */
const silence = 300

/** Takes the terminal, and leaves it to the caller to give it back. @throws Error of the terminal */
export async function attachTerminal(
  attach: Attach,
  terminal: ActionTerminal,
  { output, until }: { readonly output: SessionOutput; readonly until: AbortSignal },
): Promise<Attachment> {
  const start = watchStart()
  const { sizes } = terminal
  const isAgain = output.hasBegun()
  const failed = new AbortController()
  output.open()
  const joined = start.isUp.then(async (isUp) => {
    if (!isUp) return
    terminal.enter()
    await output.join()
  })
  joined.catch(() => {
    failed.abort()
  })
  try {
    return await attach({
      stdin: keysOnceUp(terminal, start),
      stdout: screenOf(output, start),
      sizes: isAgain ? redrawing(sizes) : sizes,
      signal: AbortSignal.any([until, failed.signal]),
    })
  } finally {
    start.over()
    await joined
  }
}

/** Of the streams: at the first that comes of them, or when they were not refused for a while. */
interface Start {
  /** False when it was over before. */
  readonly isUp: Promise<boolean>
  readonly opened: () => void
  readonly heard: () => void
  readonly over: () => void
}

function watchStart(): Start {
  let timer: NodeJS.Timeout | undefined
  let tell: (isUp: boolean) => void = () => undefined
  const isUp = new Promise<boolean>((resolve) => {
    tell = resolve
  })
  const heard = (): void => {
    tell(true)
  }
  return {
    isUp,
    heard,
    opened: () => {
      timer = setTimeout(heard, silence)
    },
    over: () => {
      clearTimeout(timer)
      tell(false)
    },
  }
}

/** What is typed before stays for later. Those of a terminal have no end: it is hung up. */
function keysOnceUp(
  { keys, leave }: ActionTerminal,
  { isUp, opened }: Start,
): AsyncIterable<Uint8Array> {
  const never = new Promise<never>(() => undefined)
  return {
    [Symbol.asyncIterator]: () => {
      const source = keys[Symbol.asyncIterator]()
      let isOver = false
      opened()
      return {
        next: async () => {
          if (!(await isUp)) return never
          const found = await source.next().catch(() => undefined)
          if (found !== undefined && found.done !== true) return found
          if (!isOver) leave()
          return never
        },
        return: async () => {
          isOver = true
          await source.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

function screenOf(output: SessionOutput, { heard }: Start): Writable {
  const screen = new Writable({
    write: (chunk: Buffer, _, done) => {
      heard()
      output.hear(chunk).then(() => {
        done()
      }, done)
    },
  })
  screen.on('error', () => undefined) // told by the write that fails
  return screen
}

/** Programs that draw draw all of it when the size changes. */
function redrawing(sizes: WindowSizes): WindowSizes {
  return {
    watch: (tell) => {
      let isFirst = true
      return sizes.watch((size) => {
        if (isFirst) tell({ width: size.width + 1, height: size.height + 1 })
        isFirst = false
        tell(size)
      })
    },
  }
}
