// One candidate's text as documents that can be read and spliced. Loads the YAML package, so it is
// imported only when there is a candidate.

import type { JsonValue } from '../json.ts'
import type { TextProblem } from '../located.ts'
import type { PatchOperation } from '../patch/operation.ts'
import { locate, locateKey } from './locate.ts'
import { readJsonSources, type JsonSource } from './read-json-source.ts'
import { readYamlSource } from './read-yaml-source.ts'
import { toValue } from './resolve-source.ts'
import { splice, type SplicedText, type SpliceSource } from './splice.ts'

export interface ManifestDocument {
  /** `null` when there are problems. */
  readonly value: JsonValue
  readonly problems: readonly TextProblem[]
  /** This document's part of the text; the parts of all documents together are the text. */
  readonly start: number
  readonly end: number
  /** Offset in the whole text of the value at a JSON pointer. */
  readonly offsetOf: (pointer: string) => number | undefined
  /** Offset of the key of the member at a JSON pointer. */
  readonly offsetOfKey: (pointer: string) => number | undefined
  /** The new text of this document's part. */
  readonly splice: (patch: readonly PatchOperation[]) => SplicedText
}

/**
 * Mostly one document; none for text without any, several for JSON values behind each other.
 * @example
 * parseDocuments('a: 1 # one\n')[0]?.splice([{ op: 'replace', path: '/a', value: 2 }]).text
 */
export function parseDocuments(text: string): ManifestDocument[] {
  const json = /^\ufeff?\s*\{/.test(text) ? readJsonSources(text) : undefined
  return json === undefined ? parseYaml(text) : json.map(jsonDocument)
}

function parseYaml(text: string): ManifestDocument[] {
  const { root, problems, aliases, merges } = readYamlSource(text)
  if (root === undefined)
    return problems.length === 0 ? [] : [unreadable(text, problems, 0)]
  const source = {
    text,
    root,
    json: false,
    aliases,
    entangled: merges || aliases.length > 0,
    reread,
  }
  return [documentOf(source, 0)]
}

function reread(text: string): JsonValue | undefined {
  const { root } = readYamlSource(text)
  return root === undefined ? undefined : toValue(root)
}

function jsonDocument({ text, root, problems, start }: JsonSource): ManifestDocument {
  if (problems.length > 0) return unreadable(text, problems, start)
  return documentOf(
    { text, root, json: true, aliases: [], entangled: false, reread },
    start,
  )
}

function unreadable(
  text: string,
  problems: readonly TextProblem[],
  start: number,
): ManifestDocument {
  return {
    value: null,
    problems: problems.map(({ message, offset }) => ({
      message,
      offset: offset + start,
    })),
    start,
    end: start + text.length,
    offsetOf: () => undefined,
    offsetOfKey: () => undefined,
    splice: () => {
      throw new Error('a document with problems cannot be spliced')
    },
  }
}

function documentOf(source: SpliceSource, start: number): ManifestDocument {
  return {
    value: toValue(source.root),
    problems: [],
    start,
    end: start + source.text.length,
    offsetOf: (pointer) => shift(locate(source.root, pointer), start),
    offsetOfKey: (pointer) => shift(locateKey(source.root, pointer), start),
    splice: (patch) => splice(source, patch),
  }
}

function shift(offset: number | undefined, by: number): number | undefined {
  return offset === undefined ? undefined : offset + by
}
