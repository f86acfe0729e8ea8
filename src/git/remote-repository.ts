// Fetches one commit of a repository behind HTTP: just its files where the server allows that, else
// everything that branches and tags lead to.

import type { UnpackLimits } from '../ware/unpack-limits.ts'
import { createTipCollector, readLine, type Tips } from './advertisement.ts'
import {
  readAnswer,
  readOldAnswer,
  throwIfUnknown,
  type FetchAnswer,
  type NotGiven,
} from './fetch-answer.ts'
import type { GitContext } from './git-outcome.ts'
import { indexPack } from './index-pack.ts'
import type { FindAuthorization } from './logins.ts'
import type { ObjectStore } from './object-store.ts'
import { delimiter, flush, packet, type PacketReader } from './pkt-line.ts'
import type { RandomFile } from './random-file.ts'
import { absent, unavailable } from './refusal.ts'
import { openRemote, type Remote } from './remote.ts'
import { withRetries } from './retry.ts'
import { spoolPack } from './spool-pack.ts'
import { createWorkMeter } from './work-meter.ts'

export interface RemoteRequest {
  readonly url: string
  readonly commit: string
  readonly context: GitContext
  readonly authorize: FindAuthorization
  readonly limits: UnpackLimits
  readonly progress: (bytes: number) => void
}

/** @throws Refusal; R2k8sError ware-corrupt for a pack that is none */
export async function openRemoteRepository(request: RemoteRequest): Promise<ObjectStore> {
  const { context, limits } = request
  const file = await withRetries(context, () => download(request))
  try {
    const meter = createWorkMeter(limits, file.size, context.signal)
    const pack = await indexPack(file, { scratch: context.scratch, meter })
    return {
      find: async (id) => {
        const offset = pack.findOffset(id)
        return offset === undefined ? undefined : await pack.reader.read(offset)
      },
      close: () => {
        pack.reader.close()
        file.close()
      },
    }
  } catch (error) {
    file.close()
    throw error
  }
}

async function download(request: RemoteRequest): Promise<RandomFile> {
  const { url, commit, context } = request
  const remote = await openRemote(url, commit, request)
  const { advertisement } = remote
  if (advertisement.version === 2 && !advertisement.abilities.has('fetch')) {
    throw unavailable('the server lists branches and gives no objects')
  }
  if (mayAskFor(remote)) {
    const answer = await fetchPack(remote, [commit], { ...request, isWhole: false })
    if (!('kind' in answer)) return answer
    if (isFinal(remote)) throwIfUnknown(answer, commit)
  }
  const { ids } = await listTips(remote, commit)
  if (ids.size === 0) throw absent(`it has neither branches nor tags`)
  context.report({
    kind: 'log',
    level: 'info',
    message: `the git server does not give single commits: fetching the whole history of its ${ids.size} branches and tags`,
  })
  const answer = await fetchPack(remote, [...ids], { ...request, isWhole: true })
  if (!('kind' in answer)) return answer
  throw unavailable(`the server does not give its own branches: ${answer.why}`)
}

/** In version 2 whether it gives the commit shows when it is asked. */
function mayAskFor({ advertisement: { version, abilities, tips } }: Remote): boolean {
  return (
    version === 2 ||
    tips.hasCommit ||
    abilities.has('allow-reachable-sha1-in-want') ||
    abilities.has('allow-tip-sha1-in-want')
  )
}

/** Whether the server would give a commit that it has. */
function isFinal({ advertisement: { version, abilities } }: Remote): boolean {
  return version === 2 || abilities.has('allow-reachable-sha1-in-want')
}

async function listTips({ advertisement, ask }: Remote, commit: string): Promise<Tips> {
  if (advertisement.version === 0) return advertisement.tips
  const collector = createTipCollector(commit)
  const prefixes = ['HEAD', 'refs/heads/', 'refs/tags/']
  const wanted = prefixes.map((prefix) => packet(`ref-prefix ${prefix}`)).join('')
  await ask(
    `${packet('command=ls-refs')}${delimiter}${wanted}${flush}`,
    async (packets) => {
      let line = await readLine(packets)
      for (; line !== undefined; line = await readLine(packets)) {
        if (!line.startsWith('unborn ')) collector.add(line)
      }
    },
  )
  return collector.tips()
}

interface PackRequest extends RemoteRequest {
  /** With history. */
  readonly isWhole: boolean
}

async function fetchPack(
  { advertisement, ask }: Remote,
  wants: readonly string[],
  { isWhole, context, limits, progress }: PackRequest,
): Promise<RandomFile | NotGiven> {
  let result: RandomFile | NotGiven | undefined
  const take = async (answer: FetchAnswer) => {
    if (answer.kind === 'not-given') result = answer
    else {
      const maxBytes = limits.bytes
      const { scratch } = context
      result = await spoolPack(answer.bytes, { scratch, maxBytes, progress })
    }
  }
  const { abilities } = advertisement
  if (advertisement.version === 2) {
    const hasShallow = abilities.get('fetch')?.split(' ').includes('shallow') === true
    const body = fetchCommand(wants, !isWhole && hasShallow)
    await ask(body, async (packets) => {
      await take(await readAnswer(packets))
    })
  } else {
    const bands = ['side-band-64k', 'side-band'].find((name) => abilities.has(name))
    const isShallow = !isWhole && abilities.has('shallow')
    const known = ['ofs-delta', 'no-progress'].filter((name) => abilities.has(name))
    const words = [...(bands === undefined ? [] : [bands]), ...known]
    await ask(oldFetchCommand(wants, words, isShallow), async (packets: PacketReader) => {
      await take(await readOldAnswer(packets, bands !== undefined))
    })
  }
  if (result === undefined) throw new Error('an answer was left unread')
  return result
}

function fetchCommand(wants: readonly string[], isShallow: boolean): string {
  const lines = [
    'no-progress',
    'ofs-delta',
    ...(isShallow ? ['deepen 1'] : []),
    ...wants.map((id) => `want ${id}`),
    'done',
  ]
  return `${packet('command=fetch')}${delimiter}${lines.map(packet).join('')}${flush}`
}

/** What the client can do stands behind the first wish. */
function oldFetchCommand(
  wants: readonly string[],
  abilities: readonly string[],
  isShallow: boolean,
): string {
  const wishes = wants.map((id, i) =>
    packet(`want ${id}${i === 0 ? ` ${abilities.join(' ')}` : ''}`),
  )
  const deepen = isShallow ? packet('deepen 1') : ''
  return `${wishes.join('')}${deepen}${flush}${packet('done')}`
}
