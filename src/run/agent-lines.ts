// The log of fetcher and packer: one JSON object per line (docs/reference/agent.md).

import { isObject, isString, member, memberString, parseJson } from '../json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { readResults } from './last-word.ts'
import type { LineSink } from './log-lines.ts'

export type AgentLine =
  | {
      readonly kind: 'progress'
      readonly ware: string
      readonly phase: string
      readonly done: number
      readonly total?: number
    }
  | {
      readonly kind: 'log'
      readonly level: 'error' | 'warn' | 'info'
      readonly message: string
    }
  /** Of the packer, when all is packed. */
  | {
      readonly kind: 'results'
      readonly results: ReadonlyMap<string, string>
      /** Bytes of the archives that wait for the client, by name of the output. */
      readonly held: ReadonlyMap<string, number>
    }

/** No line of the agent is longer; what is, is none. */
const longestLine = 256 * 1024

export function readAgentLines(tell: (line: AgentLine) => void): LineSink {
  let parts: Uint8Array[] = []
  let length = 0
  return {
    write: ({ bytes, isEnd }) => {
      length += bytes.length
      if (length <= longestLine) parts.push(new Uint8Array(bytes))
      if (!isEnd) return
      const text = Buffer.concat(parts).toString('utf8')
      const fits = length <= longestLine
      parts = []
      length = 0
      const line = fits ? readAgentLine(text) : undefined
      if (line !== undefined) tell(line)
    },
  }
}

export function readAgentLine(text: string): AgentLine | undefined {
  const value = parseJson(text)
  if (!isObject(value)) return undefined
  const results = readResults(value['results'])
  if (results !== undefined) {
    return { kind: 'results', results, held: readHeld(value['held']) }
  }
  return readProgress(value['progress']) ?? readLog(value)
}

function readProgress(value: JsonValue | undefined): AgentLine | undefined {
  if (!isObject(value)) return undefined
  const { done, total } = value
  const ware = memberString(value, 'ware')
  const phase = memberString(value, 'phase')
  if (ware === undefined || phase === undefined || typeof done !== 'number')
    return undefined
  return {
    ...{ kind: 'progress', ware, phase, done },
    ...(typeof total === 'number' && { total }),
  }
}

function readLog(value: JsonObject): AgentLine | undefined {
  const { level } = value
  const message = memberString(value, 'msg')
  // What ends it has a message, and stands in its last word, too.
  if (message === undefined || !isString(level)) return undefined
  if (level !== 'error' && level !== 'warn' && level !== 'info') return undefined
  return { kind: 'log', level, message }
}

function readHeld(value: JsonValue | undefined): ReadonlyMap<string, number> {
  if (!isObject(value)) return new Map()
  return new Map(
    Object.keys(value).flatMap((name) => {
      const bytes = member(value, name)
      return typeof bytes === 'number' ? [[name, bytes] as const] : []
    }),
  )
}
