// Manifests as people write them: each container gets a new image, a command and a mount, each pod
// spec a volume; the rest of the text has to stay line by line.

import { Buffer } from 'node:buffer'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyPatch } from 'rfc6902'
import { expect, test } from 'vitest'

import { isArray, isObject, member, type JsonValue } from '../../src/json.ts'
import { parseDocuments } from '../../src/manifest/parse-document.ts'
import { splitStream } from '../../src/manifest/split-stream.ts'
import type { PatchOperation } from '../../src/patch/operation.ts'

const folder = join(import.meta.dirname, '../data/manifests')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

test.each(files)('%s is spliced without touching other lines', (name) => {
  const bytes = readFileSync(join(folder, name))
  for (const { start, end } of splitStream(bytes)) {
    const text = Buffer.from(bytes.subarray(start, end)).toString('utf8')
    for (const document of parseDocuments(text)) {
      expect(document.problems).toEqual([])
      expect(document.splice([]).text).toBe(text)
      const patch = rewriteContainers(document.value, '')
      const { text: spliced, notes } = document.splice(patch)
      const wanted: unknown = structuredClone(document.value)
      applyPatch(
        wanted,
        patch.map((operation) => ({ ...operation })),
      )
      expect(parseDocuments(spliced)[0]?.value).toEqual(wanted)
      expect(notes).toEqual([])
      expect(linesOfBoth(spliced, unchangedLines(text))).toEqual(unchangedLines(text))
    }
  }
})

function rewriteContainers(value: JsonValue, path: string): PatchOperation[] {
  if (isArray(value))
    return value.flatMap((item, i) => rewriteContainers(item, `${path}/${String(i)}`))
  if (!isObject(value)) return []
  const containers = member(value, 'containers')
  if (isArray(containers)) return rewritePodSpec(value, containers, path)
  return Object.entries(value).flatMap(([key, each]) =>
    rewriteContainers(each, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
}

function rewritePodSpec(
  spec: JsonValue,
  containers: readonly JsonValue[],
  path: string,
): PatchOperation[] {
  const patch = containers.flatMap((container, i): PatchOperation[] => {
    const at = `${path}/containers/${String(i)}`
    return [
      { op: 'replace', path: `${at}/image`, value: 'base@sha256:00' },
      ...(member(container, 'command') === undefined ? [addCommand(at)] : []),
      ...append(container, `${at}/volumeMounts`, {
        name: 'ware',
        mountPath: '/ware',
        readOnly: true,
      }),
    ]
  })
  return [...patch, ...append(spec, `${path}/volumes`, { name: 'ware', emptyDir: {} })]
}

function addCommand(at: string): PatchOperation {
  return { op: 'add', path: `${at}/command`, value: ['/run', '--x=1', 'two\nlines'] }
}

function append(parent: JsonValue, path: string, item: JsonValue): PatchOperation[] {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return member(parent, name) === undefined
    ? [{ op: 'add', path, value: [item] }]
    : [{ op: 'add', path: `${path}/-`, value: item }]
}

function unchangedLines(text: string): string[] {
  return text.split('\n').filter((line) => !/^[- ]*image:|\[\]|\{\}/.test(line))
}

/** The subsequence of the text's lines that follows `lines`. */
function linesOfBoth(text: string, lines: readonly string[]): string[] {
  const found: string[] = []
  let next = 0
  for (const line of text.split('\n')) {
    if (line === lines[next]) {
      found.push(line)
      next++
    }
  }
  return found
}
