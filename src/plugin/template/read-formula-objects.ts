// Formula objects among the manifests: a stream that brings its formulas along resolves offline as
// it will in the cluster.

import type { Problem } from '../../errors.ts'
import {
  isFormulaObject,
  readFormulaObject,
  type FormulaObject,
} from '../../formula/formula-object.ts'
import { memberArray } from '../../json.ts'
import { append } from '../append.ts'
import type { ManifestFile } from '../manifests/manifest-files.ts'
import { parseFormulaObjects, type ParsedSegment } from '../manifests/parse-manifest.ts'

export async function readFormulaObjects(
  files: readonly ManifestFile[],
): Promise<{ objects: readonly FormulaObject[]; problems: readonly Problem[] }> {
  const objects: FormulaObject[] = []
  const problems: Problem[] = []
  for (const file of files) {
    for await (const segment of parseFormulaObjects(file)) {
      const read = await readSegment(segment)
      append(objects, read.objects)
      append(problems, segment.problems)
      append(problems, read.problems)
    }
  }
  return { objects, problems }
}

async function readSegment({ documents, place }: ParsedSegment) {
  const { readYamlText } = await import('../../manifest/read-yaml-text.ts')
  const objects: FormulaObject[] = []
  const problems: Problem[] = []
  for (const { value, offsetOf } of documents) {
    const items = memberArray(value, 'items')
    const found = [
      { object: value, at: '' },
      ...items.map((object, i) => ({ object, at: `/items/${i}` })),
    ]
    for (const { object, at } of found) {
      if (!isFormulaObject(object)) continue
      const read = readFormulaObject(object, readYamlText)
      if ('object' in read) objects.push(read.object)
      else problems.push(...read.problems.map(placed))
      function placed(problem: Problem): Problem {
        if (problem.pointer === undefined) return problem // inside the source
        const offset = offsetOf(at + problem.pointer) ?? offsetOf(at) ?? 0
        return { ...problem, where: place(offset)() }
      }
    }
  }
  return { objects, problems }
}
