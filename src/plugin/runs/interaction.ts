// -i and -t: what the action of a run has of the user.

import type { Readable } from 'node:stream'
import type { WindowSizes } from '../../cluster/pod-streams.ts'
import { R2k8sError, type Problem } from '../../errors.ts'
import type { Interaction } from '../../run/conversation.ts'
import type { RunOrder } from '../../run/run-order.ts'
import type { Io } from '../io.ts'
import type { Tty } from '../tty.ts'
import type { StepOutput } from './run-output.ts'
import { openScreen } from './screen.ts'

export interface InteractionOptions {
  readonly stdin?: boolean
  readonly tty?: boolean
}

export interface OpenInteraction {
  /** For everything that is said meanwhile. */
  readonly io: Io
  readonly of: (output: StepOutput) => { readonly interaction?: Interaction }
  /** stdin is not read any more. */
  readonly close: () => void
}

/** The part of the order. */
export function interactiveOf({
  stdin,
  tty,
}: InteractionOptions): Pick<RunOrder, 'interactive'> {
  if (stdin !== true) return {}
  return { interactive: tty === true ? 'terminal' : 'input' }
}

/** @throws R2k8sError usage, with everything that stands against it */
export async function openInteraction(
  file: string,
  options: InteractionOptions & OtherOptions,
  io: Io,
): Promise<OpenInteraction> {
  const [first, ...others] = problemsOf(file, options, io)
  if (first !== undefined) throw new R2k8sError([first, ...others])
  const { interactive } = interactiveOf(options)
  if (interactive === undefined) return { io, of: () => ({}), close: () => undefined }
  const input = lazyStdin(io)
  if (interactive === 'terminal') return openTerminal(await io.openTty(), input, io)
  return {
    io,
    of: (output) => ({
      interaction: {
        kind: 'input',
        stdin: input.bytes,
        leftUnread: () => {
          output.log('info', 'the action has ended without reading all of its input')
        },
      },
    }),
    close: input.close,
  }
}

interface OtherOptions {
  readonly output?: 'json'
  readonly patch?: readonly string[]
}

function problemsOf(
  file: string,
  { stdin = false, tty = false, output, patch = [] }: InteractionOptions & OtherOptions,
  io: Io,
): Problem[] {
  const isTerminal = tty && io.stdinIsTerminal()
  const leaveOut = 'leave -t out'
  const rows: readonly (readonly [wrong: boolean, why: string, hint: string])[] = [
    [
      stdin && [file, ...patch].includes('-'),
      'a formula and the input of its action cannot both be read from stdin',
      'put the formula into a file',
    ],
    [tty && !stdin, '-t is for programs that are talked to, and needs -i', 'write -i -t'],
    [
      tty && stdin && output === 'json',
      'what is drawn on a terminal are no events: -t and -o json do not go together',
      leaveOut,
    ],
    [tty && stdin && !isTerminal, 'stdin is no terminal', leaveOut],
    [isTerminal && !io.stderrIsTerminal(), 'stderr is no terminal', leaveOut],
  ]
  return rows
    .filter(([isWrong]) => isWrong)
    .map(([, why, hint]) => ({
      ...{ code: 'usage', task: 'run the formula', why },
      hints: [hint],
    }))
}

interface Stdin {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly close: () => void
}

/** Not touched before somebody reads it: what nobody wants stays for others. */
function lazyStdin(io: Io): Stdin {
  let stream: Readable | undefined
  return {
    bytes: {
      [Symbol.asyncIterator]: () => {
        stream ??= io.openStdin()
        return stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array> // without an encoding
      },
    },
    close: () => {
      stream?.destroy()
    },
  }
}

function openTerminal(tty: Tty, input: Stdin, io: Io): OpenInteraction {
  const screen = openScreen(io, tty)
  const sizes: WindowSizes = {
    watch: (tell) => {
      const look = (): void => {
        const size = tty.size()
        if (size !== undefined) tell(size)
      }
      look()
      return tty.onResize(look)
    },
  }
  return {
    io: screen.io,
    of: (output) => ({
      interaction: {
        kind: 'terminal',
        keys: input.bytes,
        sizes,
        show: screen.show,
        enter: screen.enter,
        leave: screen.leave,
        gap: () => {
          output.log('warn', 'what the action has written meanwhile may be missing here')
        },
        quiet: () => {
          output.log('info', 'if there is no prompt, press Enter')
        },
      },
    }),
    close: () => {
      screen.leave()
      input.close()
    },
  }
}
