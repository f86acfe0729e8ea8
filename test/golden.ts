// What the golden cases need besides the plugin: the documents of a stream, their patches, and the
// webhook with the Formulas that stand in the input.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readFormulaObject, isFormulaObject } from '../src/formula/formula-object.ts'
import { readFormula } from '../src/formula/read-formula.ts'
import {
  isObject,
  member,
  memberString,
  type JsonObject,
  type JsonValue,
} from '../src/json.ts'
import { parseDocuments } from '../src/manifest/parse-document.ts'
import { readYamlText } from '../src/manifest/read-yaml-text.ts'
import { splitStream } from '../src/manifest/split-stream.ts'
import { collectReferences } from '../src/mutate/collect-references.ts'
import { mutate } from '../src/mutate/mutate.ts'
import { prepareFormula, type PreparedFormula } from '../src/mutate/prepared-formula.ts'
import { defaultSettings, type Settings } from '../src/mutate/settings.ts'
import type { PatchOperation } from '../src/patch/operation.ts'
import { readSettings } from '../src/settings/read-settings.ts'
import { buildServer } from '../src/webhook/server.ts'

export function documentsOf(stream: string): JsonValue[] {
  const bytes = Buffer.from(stream)
  return splitStream(bytes).flatMap(({ start, end }) =>
    parseDocuments(bytes.toString('utf8', start, end)).map((document) => document.value),
  )
}

/** Whether a reference is a path; a document that cannot be read counts as such. */
export function namesPaths(input: string): boolean {
  return documentsOf(input).some(
    (document) =>
      document === null ||
      collectReferences(document, { paths: true }).some(({ containers }) =>
        containers.some(({ reference }) => reference.kind === 'path'),
      ),
  )
}

/** Name of the case's settings file, when it has one. */
export function settingsFile(directory: string): string | undefined {
  return existsSync(join(directory, 'settings.yaml')) ? 'settings.yaml' : undefined
}

/** One list of operations per document; the documents are frozen first. */
export function patchesOf(
  directory: string,
  input: string,
): (readonly PatchOperation[])[] {
  const settings = settingsOf(directory)
  const named = formulasIn(input, settings)
  return documentsOf(input).map((document) => {
    const lookup = new Map<string, PreparedFormula>()
    for (const { containers } of collectReferences(document, { paths: true })) {
      for (const { image, reference } of containers) {
        if (reference.kind === 'path') {
          lookup.set(image, formulaFile(join(directory, reference.path), settings))
        } else if (reference.kind === 'named') {
          const found = named.get(reference.name)
          if (found !== undefined) lookup.set(image, found)
        }
      }
    }
    return mutate(deepFreeze(document), lookup, {
      settings,
      paths: true,
      version: 'test',
    }).patch
  })
}

export function serverFor(directory: string, input: string) {
  const settings = settingsOf(directory)
  const formulas = formulasIn(input, settings)
  const server = buildServer(
    {},
    {
      formulas: {
        isReady: () => true,
        get: (_namespace, name) => formulas.get(name),
        waitFor: () => Promise.resolve(undefined),
      },
      settings: () => settings,
      version: 'test',
      deadline: 10,
      onBug: (bug) => {
        throw bug
      },
    },
  )
  return {
    close: () => server.close(),
    admit: async (object: JsonObject, namespace: string): Promise<JsonObject> => {
      const request = { uid: 'golden', namespace, operation: 'CREATE', object }
      const payload = {
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        request,
      }
      const reply = await server.inject({ method: 'POST', url: '/mutate', payload })
      const response = member(reply.json<JsonObject>(), 'response')
      return isObject(response) ? response : {}
    },
    patchOf: (response: JsonObject): readonly PatchOperation[] => {
      const text = memberString(response, 'patch')
      if (text === undefined) return []
      return JSON.parse(Buffer.from(text, 'base64').toString()) as PatchOperation[]
    },
  }
}

function settingsOf(directory: string): Settings {
  const file = settingsFile(directory)
  const defaults = defaultSettings('test')
  if (file === undefined) return defaults
  const [document] = parseDocuments(readFileSync(join(directory, file), 'utf8'))
  const read = readSettings(document?.value ?? null, defaults)
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  return read.settings
}

function formulasIn(input: string, settings: Settings): Map<string, PreparedFormula> {
  const formulas = new Map<string, PreparedFormula>()
  for (const document of documentsOf(input)) {
    if (!isFormulaObject(document)) continue
    const read = readFormulaObject(document, readYamlText)
    if ('problems' in read) throw new Error(JSON.stringify(read.problems))
    const { name, formula, indexes, sources } = read.object
    formulas.set(
      name,
      prepareFormula({ formula, indexes, sources }, { settings, sources: [] }),
    )
  }
  return formulas
}

function formulaFile(path: string, settings: Settings): PreparedFormula {
  const read = readFormula(readFileSync(path, 'utf8'), path, readYamlText)
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  const loaded = { formula: read.formula, indexes: new Map() }
  return prepareFormula(loaded, { settings, sources: [] })
}

function deepFreeze(value: JsonValue): JsonValue {
  if (typeof value === 'object' && value !== null)
    Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
