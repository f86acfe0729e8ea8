import { expect, test } from 'vitest'
import {
  readAgentLine,
  readAgentLines,
  type AgentLine,
} from '../../src/run/agent-lines.ts'
import { createLogLines } from '../../src/run/log-lines.ts'
import { line, sendLog, type Entry } from './kubelet-log.ts'

const progress = { ware: 'tar:6q7G', phase: 'fetch', done: 1, total: 2 }

test.each<[string, object, AgentLine]>([
  ['progress', { time: 't', progress }, { kind: 'progress', ...progress }],
  [
    'progress towards an unknown end',
    { progress: { ware: 'tar:6q7G', phase: 'unpack', done: 0 } },
    { kind: 'progress', ware: 'tar:6q7G', phase: 'unpack', done: 0 },
  ],
  [
    'a warning',
    { time: 't', level: 'warn', msg: 'a link leads nowhere' },
    { kind: 'log', level: 'warn', message: 'a link leads nowhere' },
  ],
  [
    'results',
    { results: { out: 'tar:6q7G' } },
    { kind: 'results', results: new Map([['out', 'tar:6q7G']]), held: new Map() },
  ],
  [
    'results that are held for the client',
    { results: { out: 'tar:6q7G', doc: 'tar:-' }, held: { out: 512 } },
    {
      kind: 'results',
      results: new Map([
        ['out', 'tar:6q7G'],
        ['doc', 'tar:-'],
      ]),
      held: new Map([['out', 512]]),
    },
  ],
  [
    'outputs with names that objects have',
    JSON.parse('{"results":{"__proto__":"tar:a"},"held":{"__proto__":1}}') as object,
    {
      kind: 'results',
      results: new Map([['__proto__', 'tar:a']]),
      held: new Map([['__proto__', 1]]),
    },
  ],
])('a line tells of %s', (_, value, expected) => {
  expect(readAgentLine(JSON.stringify(value))).toEqual(expected)
})

test.each([
  ['no JSON', 'panic: out of memory'],
  ['half an object', '{"level":"warn","msg":"a li'],
  ['no object', '["level"]'],
  ['null', 'null'],
  ['nothing', ''],
  ['a level that is not known', '{"level":"debug","msg":"x"}'],
  ['a message that is no text', '{"level":"info","msg":1}'],
  ['the last word, which is told elsewhere', '{"level":"error","message":"x"}'],
  ['progress of nothing', '{"progress":{"phase":"fetch","done":1}}'],
  ['progress without a number', '{"progress":{"ware":"a","phase":"b","done":"1"}}'],
])('what is none is left out: %s', (_, text) => {
  expect(readAgentLine(text)).toBeUndefined()
})

const info = (message: string) => JSON.stringify({ level: 'info', msg: message })

/** In chunks of a buffer that is used again, as the network may. */
function readMessages(entries: readonly Entry[], size: number): string[] {
  const told: string[] = []
  const lines = createLogLines(
    readAgentLines((agentLine) => {
      if (agentLine.kind === 'log') told.push(agentLine.message)
    }),
  )
  const bytes = sendLog(entries)
  const chunk = Buffer.alloc(size)
  lines.reopen()
  for (let at = 0; at < bytes.length; at += size) {
    const length = bytes.copy(chunk, 0, at)
    lines.add(chunk.subarray(0, length))
  }
  lines.end()
  return told
}

test.each([1, 7, 64, 100_000])('lines come in pieces of %i bytes', (size) => {
  const entries = [line(0, info('ä')), line(0.1, 'no JSON'), line(1, info('two'))]
  expect(readMessages(entries, size)).toEqual(['ä', 'two'])
})

test('a line that is too long is left out, and the next one is read', () => {
  const long = info('x'.repeat(256 * 1024))
  const entries = [line(0, info('one')), line(1, long), line(2, info('two'))]
  expect(readMessages(entries, 64 * 1024)).toEqual(['one', 'two'])
})

test('a line that never ends takes no memory', () => {
  const { write } = readAgentLines(() => undefined)
  const bytes = new Uint8Array(64 * 1024)
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 3200; i++)
    write({ second: 0, bytes, isStart: i === 0, isEnd: false })
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6)
})
