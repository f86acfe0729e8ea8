// `module.wf`, which gives the plot beside it a name.

import { problemsOf, type Problems } from '../formula/problem-log.ts'
import { fieldsOf, required, stringOf } from '../formula/shape.ts'
import { whyNoModuleName } from './names.ts'
import { readDocument } from './read-document.ts'

export interface Module {
  /** `foo.org/team/project` */
  readonly name: string
}

export function readModule(
  text: string,
  file: string,
): { module: Module } | { problems: Problems } {
  const opened = readDocument(text, file, {
    task: 'read the module',
    name: 'a module',
    capsule: 'module.v1',
    marks: ['name'],
  })
  if ('problems' in opened) return opened
  const { content, log } = opened
  const place = required(log, content, fieldsOf(log, content, ['name']), 'name')
  const name = stringOf(log, place)
  const why = name === undefined ? undefined : whyNoModuleName(name)
  if (place !== undefined && why !== undefined) log.report(place, why)
  return problemsOf(log.found) ?? { module: { name: name ?? '' } }
}
