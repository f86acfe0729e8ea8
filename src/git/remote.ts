// A repository behind HTTP: where to ask, and what its answers mean.

import type { HttpResponse } from '../http-exchange.ts'
import { readAdvertisement, type Advertisement } from './advertisement.ts'
import type { GitContext } from './git-outcome.ts'
import type { FindAuthorization } from './logins.ts'
import { createPacketReader, type PacketReader } from './pkt-line.ts'
import { absent, interrupted, unavailable } from './refusal.ts'

export interface Remote {
  readonly advertisement: Advertisement
  /** Sends a command; the answer is read in packets. */
  readonly ask: (
    body: string,
    read: (packets: PacketReader) => Promise<void>,
  ) => Promise<void>
}

const service = 'git-upload-pack'

/** @throws Refusal or HttpFailure when there is nothing to ask */
export async function openRemote(
  address: string,
  commit: string,
  { context, authorize }: { context: GitContext; authorize: FindAuthorization },
): Promise<Remote> {
  const { send, signal } = context
  const asked = placeOf(address, '/info/refs')
  asked.searchParams.append('service', service)
  const headersFor = async (url: URL) => {
    const authorization = await authorize(url)
    return {
      'git-protocol': 'version=2',
      ...(authorization !== undefined && { authorization }),
    }
  }
  const headers = await headersFor(asked)
  const response = await send({
    method: 'GET',
    url: asked.href,
    headers,
    ...(signal !== undefined && { signal }),
  })
  const advertisement = await reading(response, async () => {
    refuseStatus(response, 'authorization' in headers)
    refuseOtherContent(response, 'advertisement')
    return await readAdvertisement(createPacketReader(response.body), commit)
  })
  const url = commandUrl(address, response.url)
  return {
    advertisement,
    ask: async (body, read) => {
      const login = await headersFor(url)
      const answer = await send({
        method: 'POST',
        url: url.href,
        headers: {
          ...(advertisement.version === 0 ? omitProtocol(login) : login),
          'content-type': `application/x-${service}-request`,
          accept: `application/x-${service}-result`,
        },
        body: Buffer.from(body),
        ...(signal !== undefined && { signal }),
      })
      await reading(answer, async () => {
        refuseStatus(answer, 'authorization' in login)
        refuseOtherContent(answer, 'result')
        await read(createPacketReader(answer.body))
      })
    },
  }
}

function omitProtocol(headers: { readonly authorization?: string }) {
  const { authorization } = headers
  return authorization === undefined ? {} : { authorization }
}

function placeOf(address: string, path: string): URL {
  const url = new URL(address)
  url.hash = ''
  url.pathname = url.pathname.replace(/\/+$/, '') + path
  return url
}

/** A repository that has moved is asked where it is now. */
function commandUrl(address: string, answered: string): URL {
  const moved = new URL(answered)
  if (!moved.pathname.endsWith('/info/refs')) return placeOf(address, `/${service}`)
  moved.pathname = moved.pathname.replace(/info\/refs$/, service)
  moved.searchParams.delete('service')
  return moved
}

async function reading<Result>(
  response: HttpResponse,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act()
  } finally {
    await response.discard()
  }
}

const passing: readonly number[] = [408, 425, 429, 500, 502, 503, 504]

function refuseStatus({ status, url }: HttpResponse, withLogin: boolean): void {
  if (status === 200) return
  const { host } = new URL(url)
  const answers = `${host} answers ${status}`
  if (status === 404 || status === 410) {
    throw absent(`${answers}: there is no such repository, or not for everyone`)
  }
  if (status === 401 || status === 403) {
    const why = withLogin ? 'it does not take the login' : 'it wants a login'
    throw unavailable(`${answers}: ${why}`)
  }
  throw passing.includes(status) ? interrupted(answers) : unavailable(answers)
}

function refuseOtherContent(
  { headers }: HttpResponse,
  kind: 'advertisement' | 'result',
): void {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type === `application/x-${service}-${kind}`) return
  throw unavailable(
    'the server does not speak the smart protocol of git; is this the address of a repository?',
  )
}
