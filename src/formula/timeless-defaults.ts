// What `repeatr run` fills in before it runs and identifies a Timeless formula ("the cradle").

import { sortedByKey } from './byte-order.ts'
import type { User } from './formula.ts'
import type { TimelessAction, TimelessDocument } from './timeless.ts'

export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function isCradleDisabled(action: TimelessAction): boolean {
  return action.cradle === 'disable'
}

/**
 * The document of the run identity. Filters become present, since upstream clones the formula; the
 * policy stays as written, since upstream defaults it only when it sets up the container.
 */
export function withTimelessDefaults(document: TimelessDocument): TimelessDocument {
  const { action, outputs } = document
  const user = userOf(action)
  return {
    ...document,
    action: {
      ...action,
      cwd: cwdOf(action),
      env: envOf(action, user),
      userinfo: user,
    },
    outputs:
      outputs?.map((output) => ({ ...output, filters: output.filters ?? {} })) ?? null,
  }
}

function cwdOf(action: TimelessAction): string {
  if (action.cwd !== '') return action.cwd
  return isCradleDisabled(action) ? '/' : '/task'
}

/** Ids have defaults always, names only with the cradle. */
export function userOf(action: TimelessAction): User {
  const { uid = 1000, gid = 1000, username = '', homedir = '' } = action.userinfo ?? {}
  if (isCradleDisabled(action)) return { uid, gid, username, homedir }
  const name = username === '' ? (uid === 0 ? 'root' : 'reuser') : username
  const home = uid === 0 ? '/root' : `/home/${name}`
  return { uid, gid, username: name, homedir: homedir === '' ? home : homedir }
}

function envOf(action: TimelessAction, user: User): ReadonlyMap<string, string> {
  if (isCradleDisabled(action)) return action.env
  const defaults = { HOME: user.homedir, USER: user.username, PATH: defaultPath }
  return sortedByKey(new Map([...Object.entries(defaults), ...action.env]))
}
