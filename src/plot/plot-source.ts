// Where an input of a plot or of one of its steps comes from, read from its text.

import { quote } from '../errors.ts'
import { maxFormulaBytes } from '../formula/open-document.ts'
import { nearestWord } from '../ware/nearest-word.ts'
import { parseCatalogReference, type CatalogReference } from './catalog-reference.ts'
import { whyNoLabel } from './names.ts'

export type PlotSource = OwnSource | Pipe

/** What needs no other step. */
export type OwnSource =
  /** `ware:…`, `mount:…` or `literal:…`, as in formulas. */
  | { readonly kind: 'fixed'; readonly text: string }
  | { readonly kind: 'catalog'; readonly reference: CatalogReference }
  /** A revision of a git repository on this machine. */
  | { readonly kind: 'ingest'; readonly hostPath: string; readonly ref: string }

export interface Pipe {
  readonly kind: 'pipe'
  /** Empty: the inputs of the enclosing plot. */
  readonly step: string
  readonly label: string
}

export function parsePlotSource(text: string): { source: PlotSource } | { why: string } {
  // No formula has room for it; and many steps may pipe it.
  if (text.length > maxFormulaBytes) {
    return {
      why: `has ${text.length} characters; at most ${maxFormulaBytes} are allowed`,
    }
  }
  const [, kind = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? []
  switch (kind) {
    case 'ware':
    case 'mount':
    case 'literal':
      return { source: { kind: 'fixed', text } }
    case 'pipe':
      return parsePipe(text)
    case 'catalog': {
      const parsed = parseCatalogReference(rest)
      if ('why' in parsed) return parsed
      return { source: { kind: 'catalog', reference: parsed.reference } }
    }
    case 'ingest':
      return parseIngest(text)
    default:
      return { why: whyUnknown(text, kind) }
  }
}

/** The ware ID in `ware:…`, as of a `fixed` source; undefined for others. */
export function wareOfSource(text: string): string | undefined {
  return /^ware:(.*)$/s.exec(text)?.[1]
}

export function parsePipe(text: string): { source: Pipe } | { why: string } {
  const [, step, label] = /^pipe:([^:]*):([^:]*)$/.exec(text) ?? []
  if (step === undefined || label === undefined) {
    return { why: `${quote(text)} is not of the form "pipe:<step>:<label>"` }
  }
  const why = (step === '' ? undefined : whyNoLabel(step)) ?? whyNoLabel(label)
  if (why !== undefined) return { why: `${quote(text)} leads nowhere: ${why}` }
  return { source: { kind: 'pipe', step, label } }
}

function parseIngest(text: string): { source: OwnSource } | { why: string } {
  const [, hostPath, ref] = /^ingest:git:([^:\0]+):([^:\s\0]+)$/.exec(text) ?? []
  if (hostPath === undefined || ref === undefined) {
    return { why: `${quote(text)} is not of the form "ingest:git:<host path>:<ref>"` }
  }
  return { source: { kind: 'ingest', hostPath, ref } }
}

const kinds = ['ware', 'mount', 'literal', 'pipe', 'catalog', 'ingest']

function whyUnknown(text: string, kind: string): string {
  if (['tar', 'zip', 'git'].includes(kind)) {
    return `a ware is written "ware:${kind}:…" here`
  }
  const near = nearestWord(kind, kinds)
  const hint =
    near === undefined ? `known are ${kinds.join(', ')}` : `did you mean "${near}:…"?`
  return `${quote(text)} begins with no kind of input; ${hint}`
}
