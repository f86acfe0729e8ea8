// What a server says of itself at first: its version of the protocol, what it can do, and in the old
// versions all its branches and tags at once.

import { quote } from '../errors.ts'
import { sha256Why } from './local-repository.ts'
import { cutOff, lineOf, type PacketReader } from './pkt-line.ts'
import { unavailable } from './refusal.ts'

export interface Advertisement {
  readonly version: 0 | 2
  /** Of version 2, name → value; of version 0, each as written with an empty value. */
  readonly abilities: ReadonlyMap<string, string>
  /** Only of version 0. */
  readonly tips: Tips
}

export interface Tips {
  /** Whether a branch, a tag or anything else leads right to the commit. */
  readonly hasCommit: boolean
  /** Objects of branches and tags. */
  readonly ids: ReadonlySet<string>
}

/** @throws Refusal */
export async function readAdvertisement(
  packets: PacketReader,
  commit: string,
): Promise<Advertisement> {
  let first = await readLine(packets)
  if (first?.startsWith('# service=') === true) {
    await readLine(packets)
    first = await readLine(packets)
  }
  if (first === 'version 2') {
    const abilities = await readAbilities(packets)
    refuseOtherFormat(abilities.get('object-format'))
    return { version: 2, abilities, tips: { hasCommit: false, ids: new Set() } }
  }
  if (first === 'version 1') first = await readLine(packets)
  const zero = first?.indexOf('\0') ?? -1
  const written = zero < 0 ? '' : (first?.slice(zero + 1) ?? '')
  const abilities = new Map(written.split(' ').map((ability) => [ability, '']))
  const format = [...abilities.keys()].find((each) => each.startsWith('object-format='))
  refuseOtherFormat(format?.slice('object-format='.length))
  const collector = createTipCollector(commit)
  for (let line = first; line !== undefined; line = await readLine(packets)) {
    collector.add(line.replace(/\0.*/s, ''))
  }
  return { version: 0, abilities, tips: collector.tips() }
}

async function readAbilities(packets: PacketReader): Promise<Map<string, string>> {
  const abilities = new Map<string, string>()
  let line = await readLine(packets)
  for (; line !== undefined; line = await readLine(packets)) {
    const [name = '', value = ''] = splitOnce(line, '=')
    abilities.set(name, value)
    if (abilities.size > 1000)
      throw unavailable('the server can do more than is believable')
  }
  return abilities
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function refuseOtherFormat(format: string | undefined): void {
  if (format === undefined || format === 'sha1') return
  throw unavailable(
    format === 'sha256' ? sha256Why : `its objects are of an unknown format`,
  )
}

/** Each takes some 150 bytes. */
const mostTips = 200_000
const mostLines = 20_000_000

export interface TipCollector {
  /** "id name", perhaps with attributes. */
  readonly add: (line: string) => void
  readonly tips: () => Tips
}

export function createTipCollector(commit: string): TipCollector {
  const ids = new Set<string>()
  let hasCommit = false
  let lines = 0
  return {
    add: (line) => {
      const [id = '', name = ''] = line.split(' ')
      if (/^[0-9a-f]{64}$/.test(id)) throw unavailable(sha256Why)
      if (!/^[0-9a-f]{40}$/.test(id) || ++lines > mostLines) {
        throw unavailable('the server lists its branches in an unknown form')
      }
      // What a tag leads to may only be asked for by way of the tag. The other name stands for none.
      if (name.endsWith('^{}')) return
      if (id === commit) hasCommit = true
      if (/^(?:HEAD$|refs\/heads\/|refs\/tags\/)/.test(name)) ids.add(id)
      if (ids.size > mostTips) throw unavailable(`it has more than ${mostTips} branches`)
    },
    tips: () => ({ hasCommit, ids }),
  }
}

/** Undefined at a flush. */
export async function readLine(packets: PacketReader): Promise<string | undefined> {
  const next = await packets.next()
  if (next.kind === 'flush') return undefined
  if (next.kind === 'end') throw cutOff()
  if (next.kind === 'delimiter') return ''
  const line = lineOf(next.bytes)
  if (line.startsWith('ERR '))
    throw unavailable(`the server says ${quote(line.slice(4))}`)
  return line
}
