// Random documents printed in random styles, with the value they must read as; and random patches.

import fc from 'fast-check'

import type { JsonValue } from '../../src/json.ts'
import type { PatchOperation } from '../../src/patch/operation.ts'
import { formatPointer } from '../../src/patch/pointer.ts'

type Style = 'block' | 'flow' | 'lines'
type Quotes = 'plain' | 'single' | 'double' | 'literal'

interface Scalar {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  readonly quotes: Quotes
}
interface Entry {
  readonly key: string
  readonly value: Node
  readonly above: boolean
  readonly below: boolean
  readonly behind: boolean
}
interface Collection {
  readonly kind: 'map' | 'list'
  readonly style: Style
  readonly indented: boolean
  readonly entries: readonly Entry[]
}
type Node = Scalar | Collection

export interface Printed {
  readonly text: string
  readonly value: JsonValue
  readonly json: boolean
}

const words = fc.constantFrom(
  'web',
  'a',
  'b c',
  'x: y',
  '#no',
  'yes',
  '0644',
  '',
  '~',
  "it's",
  'a # b',
  'é"',
  './x',
  '- a',
  'two\nlines',
  'tab\tx',
  ' pad ',
  '12:30',
  '{a}',
  '[b',
  'x,y',
  '*z',
  '&q',
  '!t',
  '@h',
  '`',
  '%p',
  '? q',
  'null',
  '1e3',
)
const keys = fc.constantFrom(
  'a',
  'b',
  'c',
  'name',
  'image',
  'a/b',
  'm~n',
  'yes',
  '1',
  'x y',
  'q:r',
)

const scalar: fc.Arbitrary<Scalar> = fc.record({
  kind: fc.constant('scalar' as const),
  value: fc.oneof(
    { weight: 4, arbitrary: words },
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  ),
  quotes: fc.constantFrom<Quotes>('plain', 'single', 'double', 'literal'),
})

const { node } = fc.letrec<{ node: Node; entry: Entry }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.record({
      kind: fc.constantFrom('map' as const, 'list' as const),
      style: fc.constantFrom<Style>('block', 'block', 'block', 'flow', 'lines'),
      indented: fc.boolean(),
      entries: fc.uniqueArray(tie('entry'), {
        maxLength: 4,
        selector: (entry) => entry.key,
      }),
    }),
  ),
  entry: fc.record({
    key: keys,
    value: tie('node'),
    above: fc.boolean(),
    below: fc.boolean(),
    behind: fc.boolean(),
  }),
}))

export const rootMap: fc.Arbitrary<Node> = fc.record({
  kind: fc.constant('map' as const),
  style: fc.constantFrom<Style>('block', 'block', 'block', 'block', 'flow', 'lines'),
  indented: fc.boolean(),
  entries: fc.uniqueArray(
    fc.record({
      key: keys,
      value: node,
      above: fc.boolean(),
      below: fc.boolean(),
      behind: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5, selector: (entry) => entry.key },
  ),
})

/** A document of YAML in all styles, or of JSON. */
export const printed: fc.Arbitrary<Printed> = fc
  .record({
    root: rootMap,
    json: fc.constantFrom(false, false, false, true),
    pretty: fc.constantFrom(0, 2, 4),
    eol: fc.constantFrom('\n', '\n', '\r\n'),
    head: fc.constantFrom(
      '',
      '---\n',
      '# head\n',
      '%YAML 1.2\n---\n',
      '\ufeff',
      '\n--- # x\n',
    ),
    lastBreak: fc.boolean(),
    step: fc.constantFrom(1, 2, 4),
  })
  .map(({ root, json, pretty, eol, head, lastBreak, step }) => {
    const value = valueOf(root)
    const printer = { step, count: 0 }
    const lines = json
      ? JSON.stringify(value, null, pretty).split('\n')
      : printBlock(printer, root, 0)
    const body = lines.join('\n') + (lastBreak ? '\n' : '')
    const text = ((json ? '' : head) + body).replaceAll('\n', eol)
    return { text, value, json }
  })

interface Printer {
  readonly step: number
  count: number
}

function valueOf(each: Node): JsonValue {
  if (each.kind === 'scalar') return each.value
  if (each.kind === 'list') return each.entries.map((entry) => valueOf(entry.value))
  return Object.fromEntries(
    each.entries.map((entry) => [entry.key, valueOf(entry.value)]),
  )
}

function comment(printer: Printer): string {
  return `# c${String(printer.count++)}`
}

/** Lines of a node that starts at column 0, to be indented by the caller. */
function printBlock(printer: Printer, each: Node, depth: number): string[] {
  if (each.kind === 'scalar') return [inline(each)]
  if (each.style !== 'block' || each.entries.length === 0)
    return printFlow(printer, each, ' ')
  return each.entries.flatMap((entry, i) => {
    const above = entry.above && (i > 0 || depth === 0) ? [comment(printer)] : []
    const lines =
      each.kind === 'map' ? printMember(printer, entry) : printItem(printer, entry)
    return [...above, ...lines]
  })
}

function printMember(printer: Printer, { key, value, behind, below }: Entry): string[] {
  const name = plainKey(key) ? key : JSON.stringify(key)
  const note = behind ? ` ${comment(printer)}` : ''
  const pad = ' '.repeat(printer.step)
  const tail = below ? [`${pad}${comment(printer)}`] : []
  if (value.kind === 'scalar') {
    if (value.quotes === 'literal' && typeof value.value === 'string') {
      return literal(`${name}:`, value.value, ' '.repeat(printer.step), note)
    }
    return [`${name}: ${inline(value)}${note}`, ...tail]
  }
  if (value.style !== 'block' || value.entries.length === 0) {
    const [first = '', ...rest] = printFlow(printer, value, pad)
    const lines = [`${name}: ${first}`, ...rest]
    return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}${note}`, ...tail]
  }
  const indent = value.kind === 'list' && !value.indented ? '' : pad
  const lines = printBlock(printer, value, 1).map((line) =>
    line === '' ? line : indent + line,
  )
  const lead = behind ? [`${' '.repeat(printer.step)}${comment(printer)}`] : []
  return [`${name}:${note}`, ...lead, ...lines, ...(indent === '' ? [] : tail)]
}

function printItem(printer: Printer, { value, behind, below }: Entry): string[] {
  const tail = below ? [`  ${comment(printer)}`] : []
  const note = behind ? ` ${comment(printer)}` : ''
  if (value.kind === 'scalar') {
    if (value.quotes === 'literal' && typeof value.value === 'string') {
      return literal('-', value.value, '  ', note)
    }
    return [`- ${inline(value)}${note}`, ...tail]
  }
  if (value.style !== 'block' || value.entries.length === 0) {
    const [first = '', ...rest] = printFlow(printer, value, '  ')
    return [`- ${first}`, ...rest, ...tail]
  }
  const [first = '', ...rest] = printBlock(printer, value, 1)
  return [
    `- ${first}`,
    ...rest.map((line) => (line === '' ? line : `  ${line}`)),
    ...tail,
  ]
}

function printFlow(printer: Printer, each: Collection, pad: string): string[] {
  const [open, close] = each.kind === 'map' ? ['{', '}'] : ['[', ']']
  const texts = each.entries.map((entry) => {
    const value = flowText(entry.value)
    if (each.kind === 'list') return value
    return `${each.indented ? JSON.stringify(entry.key) : flowKey(entry.key)}: ${value}`
  })
  if (each.style !== 'lines' || texts.length === 0)
    return [`${open}${texts.join(', ')}${close}`]
  const lines = texts.map((text, i) => {
    const behind = each.entries[i]?.behind === true ? ` ${comment(printer)}` : ''
    const last = i === texts.length - 1
    const comma = !last || each.entries[i]?.above === true ? ',' : ''
    return `${pad}${text}${comma}${behind}`
  })
  return [open, ...lines, `${pad}${close}`]
}

function flowText(each: Node): string {
  if (each.kind === 'scalar') return flowScalar(each)
  const texts = each.entries.map((entry) =>
    each.kind === 'list'
      ? flowText(entry.value)
      : `${flowKey(entry.key)}: ${flowText(entry.value)}`,
  )
  const pad = each.indented ? ' ' : ''
  return each.kind === 'list'
    ? `[${pad}${texts.join(', ')}${pad}]`
    : `{${pad}${texts.join(', ')}${pad}}`
}

function flowKey(key: string): string {
  return plainKey(key) ? key : JSON.stringify(key)
}

function plainKey(key: string): boolean {
  return !['yes', '1', 'q:r'].includes(key)
}

const plainWords = ['web', 'a', 'b c', './x', '12:30', "it's"]

function inline({ value, quotes }: Scalar): string {
  if (typeof value !== 'string')
    return value === null && quotes === 'single' ? '' : JSON.stringify(value)
  if (quotes === 'plain' && plainWords.includes(value)) return value
  if (quotes === 'single' && !/[\n\t]/.test(value))
    return `'${value.replaceAll("'", "''")}'`
  return JSON.stringify(value)
}

function flowScalar(each: Scalar): string {
  return each.value === null ? 'null' : inline(each)
}

/** Only for values that a block scalar holds without loss. */
function literal(name: string, value: string, indent: string, note: string): string[] {
  if (value === '' || /\t|^ | $/.test(value))
    return [`${name} ${JSON.stringify(value)}${note}`]
  return [`${name} |-${note}`, ...value.split('\n').map((line) => indent + line)]
}

/** Patches that fit the value: each operation is drawn against the value so far. */
export function drawPatch(
  start: JsonValue,
  seeds: readonly { where: number; what: number; value: JsonValue }[],
  apply: (value: JsonValue, operation: PatchOperation) => JsonValue,
): PatchOperation[] {
  const patch: PatchOperation[] = []
  let value = start
  for (const seed of seeds) {
    const operation = drawOperation(value, seed)
    if (operation === undefined) continue
    patch.push(operation)
    value = apply(value, operation)
  }
  return patch
}

function drawOperation(
  value: JsonValue,
  seed: { where: number; what: number; value: JsonValue },
): PatchOperation | undefined {
  const collections = listCollections(value, [])
  const at = collections[seed.where % collections.length]
  if (at === undefined) return undefined
  const { path, keys: names, list } = at
  if (seed.what % 3 === 0 || names.length === 0) {
    const options = list
      ? [...names, names.length, '-']
      : ['new', 'a/b', 'yes', 'z', ...names]
    const name = options[seed.what % options.length] ?? '-'
    return { op: 'add', path: formatPointer([...path, name]), value: seed.value }
  }
  const name = names[seed.what % names.length] ?? 0
  const pointer = formatPointer([...path, name])
  if (seed.what % 3 === 1) return { op: 'remove', path: pointer }
  return { op: 'replace', path: pointer, value: seed.value }
}

interface Found {
  readonly path: readonly (string | number)[]
  readonly keys: readonly (string | number)[]
  readonly list: boolean
}

function listCollections(value: JsonValue, path: readonly (string | number)[]): Found[] {
  if (typeof value !== 'object' || value === null) return []
  const list = Array.isArray(value)
  const entries: [string | number, JsonValue][] = Array.isArray(value)
    ? value.map((item: JsonValue, i) => [i, item])
    : Object.entries(value)
  return [
    { path, keys: entries.map(([key]) => key), list },
    ...entries.flatMap(([key, each]) => listCollections(each, [...path, key])),
  ]
}

export const newValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      words,
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 3 }),
    ),
  }),
).value
