// Objects by their names, from wherever they lie.

import { corruptWare } from '../ware/ware-problems.ts'
import { identifyObject, type GitObject, type ObjectType } from './content.ts'

export interface ObjectStore {
  /** Valid until the next one is asked for. Whether it is the one of that name is for `readObject`. */
  readonly find: (id: string) => Promise<GitObject | undefined>
  readonly close: () => void
}

/** Undefined when it is not there. @throws R2k8sError ware-corrupt for one of another name */
export async function findObject(
  store: ObjectStore,
  id: string,
): Promise<GitObject | undefined> {
  const object = await store.find(id)
  if (object === undefined) return undefined
  const actual = identifyObject(object)
  if (actual === id) return object
  throw corruptWare(`the object ${id} of git is damaged: it is ${actual}`)
}

/** @throws R2k8sError ware-corrupt when it is not there, or something else */
export async function readObject(
  store: ObjectStore,
  id: string,
  type: ObjectType,
): Promise<GitObject['content']> {
  const object = await findObject(store, id)
  if (object === undefined) {
    throw corruptWare(`the repository lacks the ${type} ${id} of the commit`)
  }
  if (object.type === type) return object.content
  throw corruptWare(`the object ${id} of git is a ${object.type}, not a ${type}`)
}
