// YAML text to a source tree, by way of the `yaml` package. The package reads everything as text
// (its failsafe schema); what scalars, tags and repeated keys mean is decided here, as kubectl does.

import {
  Composer,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Schema,
  type CST,
  type Document,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'

import { quote } from '../errors.ts'
import type { TextProblem } from '../located.ts'
import { findHalves, keyText, readScalar, type ScalarSource } from './kubectl-schema.ts'
import { describeError, maxDepth, parseTokens, tooDeep } from './parse-tokens.ts'
import { findRepeatedKeys } from './repeated-keys.ts'
import { checkSize } from './resolve-source.ts'
import type {
  SourceAlias,
  SourceItem,
  SourceList,
  SourceMap,
  SourceMember,
  SourceNode,
  SourceScalar,
} from './source.ts'
import {
  commasOf,
  isContent,
  noProps,
  propsIn,
  type ItemToken,
  type Props,
} from './yaml-tokens.ts'

export interface YamlSource {
  /** `undefined` when the text holds no document, or none that can be read. */
  readonly root: SourceNode | undefined
  readonly problems: readonly TextProblem[]
  readonly aliases: readonly SourceAlias[]
  /** Has `<<` somewhere. */
  readonly merges: boolean
}

export interface YamlReading {
  /** For readers whose caller decides about them; else they are problems. */
  readonly keepRepeatedKeys?: boolean
  /** With aliases resolved; a million unless told. */
  readonly maxValues?: number
  /** Of the text as it stands; no limit unless told. */
  readonly maxLexemes?: number
}

export function readYamlSource(text: string, reading: YamlReading = {}): YamlSource {
  const { tokens, problem } = parseTokens(text, reading.maxLexemes)
  if (problem !== undefined) {
    return { root: undefined, problems: [problem], aliases: [], merges: false }
  }
  const documents = [...new Composer(options).compose(tokens, false, text.length)]
  const problems = documents.flatMap((document) => document.errors.map(describeError))
  const [document, second] = documents
  if (second !== undefined) {
    const offset = second.range[0]
    problems.push({ message: 'a second document starts here', offset })
  }
  if (document === undefined || problems.length > 0) {
    return { root: undefined, problems, aliases: [], merges: false }
  }
  const walk: Walk = {
    text,
    keepRepeatedKeys: reading.keepRepeatedKeys ?? false,
    problems,
    anchors: new Map(),
    open: new Set(),
    deepest: 0,
    heights: new Map(),
    aliases: [],
    merges: false,
  }
  const root = readRoot(walk, document, tokens)
  if (root !== undefined && walk.aliases.length > 0 && problems.length === 0) {
    problems.push(...checkSize(root, reading.maxValues))
  }
  const { aliases, merges } = walk
  problems.sort((a, b) => a.offset - b.offset)
  return { root: problems.length > 0 ? undefined : root, problems, aliases, merges }
}

/** One schema for all documents: the package would build a new one for each. */
const options = {
  schema: new Schema({ schema: 'failsafe', merge: false, resolveKnownTags: false }),
  keepSourceTokens: true,
  prettyErrors: false,
  uniqueKeys: false,
} as const

interface Walk {
  readonly text: string
  readonly keepRepeatedKeys: boolean
  readonly problems: TextProblem[]
  /** What each anchor names at this point of the text. */
  readonly anchors: Map<string, Exclude<SourceNode, { kind: 'alias' }>>
  /** Anchors of the collections around this point. */
  readonly open: Set<string>
  readonly aliases: SourceAlias[]
  merges: boolean
  /** The greatest depth, aliases followed, in what was read last. */
  deepest: number
  /** How far below a node with an anchor its deepest part is. */
  readonly heights: Map<SourceNode, number>
}

/** Where a node stands that the node itself does not know. */
interface Place {
  readonly props: Props
  /** Where an empty node would be. */
  readonly slot: number
  readonly depth: number
}

function readRoot(
  walk: Walk,
  document: Document.Parsed,
  tokens: readonly CST.Token[],
): SourceNode | undefined {
  const { contents } = document
  const token = tokens.find((each) => each.type === 'document')
  if (contents === null || token?.value === undefined) return undefined
  return readNode(walk, contents, {
    props: propsIn(token.start),
    slot: contents.range[0],
    depth: 0,
  })
}

function readNode(walk: Walk, node: unknown, place: Place): SourceNode {
  if (place.depth > maxDepth) {
    walk.problems.push(tooDeep(place.slot))
    return emptyScalar(place)
  }
  const around = Math.max(walk.deepest, place.depth)
  if (isAlias(node)) {
    const alias = readAlias(walk, node.source, node.range?.[0] ?? place.slot)
    const height = alias.kind === 'alias' ? (walk.heights.get(alias.target) ?? 0) : 0
    const deepest = place.depth + height
    if (deepest > maxDepth) walk.problems.push(tooDeep(alias.start))
    // What is too deep is said once, not of all that names it in turn.
    walk.deepest = deepest > maxDepth ? around : Math.max(around, deepest)
    return alias
  }
  walk.deepest = place.depth
  const source = readContent(walk, node, place)
  if (source.anchor !== undefined) {
    walk.anchors.set(source.anchor, source)
    walk.heights.set(source, walk.deepest - place.depth)
  }
  walk.deepest = Math.max(around, walk.deepest)
  return source
}

function readContent(
  walk: Walk,
  node: unknown,
  place: Place,
): Exclude<SourceNode, { kind: 'alias' }> {
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
  if (anchor !== undefined) walk.open.add(anchor)
  const source = isMap(node)
    ? readMap(walk, node, place)
    : isSeq(node)
      ? readList(walk, node, place)
      : readScalarNode(walk, node, place)
  if (anchor !== undefined) walk.open.delete(anchor)
  return source
}

function readAlias(walk: Walk, name: string, start: number): SourceNode {
  const end = start + 1 + name.length
  const target = walk.anchors.get(name)
  const base = { start, end, bodyStart: start, anchor: undefined }
  if (walk.open.has(name) || target === undefined) {
    const why = walk.open.has(name)
      ? 'stands inside the node it names'
      : 'has no anchor before it'
    walk.problems.push({
      message: `the alias ${quote(`*${name}`)} ${why}`,
      offset: start,
    })
    return { kind: 'scalar', value: null, text: '', block: false, ...base }
  }
  const alias: SourceAlias = { kind: 'alias', target, ...base }
  walk.aliases.push(alias)
  return alias
}

function readScalarNode(walk: Walk, node: unknown, place: Place): SourceScalar {
  if (!isScalar(node)) return emptyScalar(place)
  const source = scalarSource(node)
  const { value, problem } = readScalar(source)
  checkEscapes(walk, node)
  const bodyStart = node.range?.[0] ?? place.slot
  const end = node.range?.[1] ?? bodyStart
  const empty = end === bodyStart
  if (problem !== undefined) walk.problems.push({ message: problem, offset: bodyStart })
  if (typeof value === 'number' && !Number.isFinite(value)) {
    const message = `${source.text} is not a number that JSON has`
    walk.problems.push({ message, offset: bodyStart })
  }
  return {
    kind: 'scalar',
    value: value ?? null,
    text: source.text,
    block: node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED',
    start: place.props.start ?? (empty ? place.slot : bodyStart),
    bodyStart: empty ? (place.props.end ?? place.slot) : bodyStart,
    end: empty ? (place.props.end ?? place.slot) : end,
    anchor: node.anchor,
  }
}

function checkEscapes({ text, problems }: Walk, { type, range }: Scalar): void {
  if (type !== 'QUOTE_DOUBLE' || range == null) return
  for (const { escape, index } of findHalves(text.slice(range[0], range[1]))) {
    const message = `the escape ${escape} is no character in YAML`
    problems.push({ message, offset: range[0] + index })
  }
}

function scalarSource(node: {
  source?: string
  type?: string
  tag?: string
}): ScalarSource {
  return { text: node.source ?? '', plain: node.type === 'PLAIN', tag: node.tag }
}

function emptyScalar({ slot }: Place): SourceScalar {
  const base = { start: slot, end: slot, bodyStart: slot, anchor: undefined }
  return { kind: 'scalar', value: null, text: '', block: false, ...base }
}

function readMap(walk: Walk, node: YAMLMap, place: Place): SourceMap {
  const token = node.srcToken
  const flow = node.flow === true
  const commas = token?.type === 'flow-collection' ? commasOf(token) : []
  const members = node.items
    .map((pair, i) => readMember(walk, pair, { ...place, comma: commas[i] }))
    .filter((member) => member !== undefined)
  if (!walk.keepRepeatedKeys) {
    for (const problem of findRepeatedKeys(walk.text, members))
      walk.problems.push(problem)
  }
  const bodyStart = members[0]?.start ?? node.range?.[0] ?? place.slot
  return {
    kind: 'map',
    style: flow ? 'flow' : 'block',
    members,
    merges: members.some((member) => member.merge),
    start: place.props.start ?? (flow ? (node.range?.[0] ?? bodyStart) : bodyStart),
    bodyStart: flow ? (node.range?.[0] ?? bodyStart) : bodyStart,
    end: flow ? (node.range?.[1] ?? bodyStart) : lastEnd(members, bodyStart),
    anchor: node.anchor,
  }
}

function lastEnd(items: readonly SourceItem[], start: number): number {
  const last = items.at(-1)
  return last === undefined ? start : Math.max(last.value.end, last.slot ?? 0)
}

/** `undefined` for a member whose key is a problem. */
function readMember(
  walk: Walk,
  pair: Pair,
  place: Place & { comma: number | undefined },
): SourceMember | undefined {
  const token = pair.srcToken
  const colon = token?.sep?.find((each) => each.type === 'map-value-ind')
  const keyNode: unknown = pair.key
  const { range } = isParsed(keyNode) ? keyNode : { range: undefined }
  const keyStart = range?.[0] ?? place.slot
  const keyEnd = Math.max(range?.[1] ?? keyStart, keyStart)
  const mark = token?.start.find((each) => each.type === 'explicit-key-ind')
  const start = mark?.offset ?? propsIn(token?.start ?? []).start ?? keyStart
  const slot = colon === undefined ? undefined : colon.offset + 1
  const read = readKey(walk, keyNode, { ...place, slot: keyStart })
  const value = readNode(walk, pair.value, {
    props: propsIn(token?.sep ?? []),
    slot: slot ?? keyEnd,
    depth: place.depth + 1,
  })
  if (read === undefined) return undefined
  const { key, merge } = read
  if (merge) {
    walk.merges = true
    checkMerge(walk, value)
  }
  return {
    key,
    merge,
    explicit: mark !== undefined,
    start,
    keyStart: Math.min(start === mark?.offset ? keyStart : start, keyStart),
    keyEnd,
    slot,
    value,
    comma: place.comma,
  }
}

function isParsed(node: unknown): node is ParsedNode {
  return (
    (isScalar(node) || isAlias(node) || isMap(node) || isSeq(node)) && node.range != null
  )
}

/** Keys are strings in JSON; kubectl turns scalars into text and refuses everything else. */
function readKey(
  walk: Walk,
  node: unknown,
  place: Place,
): { key: string; merge: boolean } | undefined {
  if (isScalar(node)) {
    const merge =
      node.source === '<<' && node.type === 'PLAIN' && (node.tag ?? mergeTag) === mergeTag
    const key = keyText(scalarSource(node))
    if (node.anchor !== undefined) readNode(walk, node, { ...place, props: noProps })
    else checkEscapes(walk, node)
    if (key !== undefined) return { key, merge }
  } else if (isAlias(node)) {
    const read = readNode(walk, node, place)
    if (read.kind !== 'alias') return undefined
    const { target } = read
    if (target.kind === 'scalar' && typeof target.value === 'string') {
      return { key: target.value, merge: false }
    }
  }
  walk.problems.push({ message: 'a key must be a string', offset: place.slot })
  return undefined
}

const mergeTag = 'tag:yaml.org,2002:merge'

function checkMerge(walk: Walk, value: SourceNode): void {
  const sources = value.kind === 'list' ? value.items.map((item) => item.value) : [value]
  for (const source of sources) {
    const node = source.kind === 'alias' ? source.target : source
    if (node.kind === 'map') continue
    walk.problems.push({
      message: 'only maps can be merged with <<',
      offset: source.start,
    })
  }
}

function readList(walk: Walk, node: YAMLSeq, place: Place): SourceList {
  const token = node.srcToken
  const flow = token?.type === 'flow-collection'
  const tokens =
    token?.type === 'flow-collection' || token?.type === 'block-seq' ? token.items : []
  const commas = flow ? commasOf(token) : []
  const items = tokens
    .filter(isContent)
    .map((item, i) =>
      readItem(walk, node.items[i], { item, comma: commas[i], depth: place.depth }),
    )
  const bodyStart = flow ? token.offset : (items[0]?.start ?? place.slot)
  return {
    kind: 'list',
    style: flow ? 'flow' : 'block',
    items,
    start: place.props.start ?? bodyStart,
    bodyStart,
    end: flow ? (node.range?.[1] ?? bodyStart) : lastEnd(items, bodyStart),
    anchor: node.anchor,
  }
}

function readItem(
  walk: Walk,
  node: unknown,
  at: { item: ItemToken; comma: number | undefined; depth: number },
): SourceItem {
  const dash = at.item.start.find((each) => each.type === 'seq-item-ind')
  const props =
    isPair(node) || at.item.sep !== undefined ? noProps : propsIn(at.item.start)
  const empty = props.end ?? at.item.start.at(-1)?.offset ?? 0
  const slot = dash === undefined ? undefined : dash.offset + 1
  const value = readNode(walk, node, { props, slot: slot ?? empty, depth: at.depth + 1 })
  return { start: dash?.offset ?? value.start, slot, value, comma: at.comma }
}
