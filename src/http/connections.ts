// The connections of a client: straight ones and those through proxies, with the roots they trust.

import type { Dispatcher } from 'undici'
import { chooseProxy } from './choose-proxy.ts'
import type { Pace } from './keep-pace.ts'
import { loadTrust } from './load-trust.ts'

export type Env = Readonly<Record<string, string | undefined>>

export interface Connections {
  readonly routeTo: (url: URL) => Route
  /** In milliseconds. */
  readonly limits: { readonly connect: number; readonly silence: number }
  readonly leastPace: Pace
  readonly close: () => Promise<void>
}

export interface Route {
  readonly dispatcher: Dispatcher
  /** Its host, for messages. */
  readonly proxy?: string
}

export interface ConnectionOptions {
  readonly env: Env
  readonly caFiles?: readonly string[]
  readonly silenceSeconds?: number
  readonly connectSeconds?: number
  readonly leastPace?: Pace
}

/** Below any line that somebody would wait for. */
const usualPace: Pace = { bytes: 4096, seconds: 60 }

/** undici takes a good part of the program's start, so it is loaded when first needed. */
export async function openConnections(options: ConnectionOptions): Promise<Connections> {
  const { env, silenceSeconds = 30, connectSeconds = 10 } = options
  const limits = { connect: connectSeconds * 1000, silence: silenceSeconds * 1000 }
  const trust = loadTrust(env, options.caFiles ?? [])
  const { Agent, Pool, ProxyAgent } = await import('undici')
  const timeouts = { headersTimeout: limits.silence, bodyTimeout: limits.silence }
  // One answer per connection at a time: downloads in parallel shall not share one.
  const direct = new Agent({
    allowH2: false,
    ...timeouts,
    connect: { timeout: limits.connect, ...trust },
  })
  const proxies = new Map<string, Dispatcher>()
  const proxyAgent = (uri: string) =>
    new ProxyAgent({
      uri,
      allowH2: false,
      ...timeouts,
      connectTimeout: limits.connect,
      requestTls: trust,
      proxyTls: trust,
      // undici gives neither our limits on to the connections it asks for a tunnel.
      clientFactory: (origin, clientOptions) =>
        new Pool(origin, { ...clientOptions, ...timeouts }),
    })
  return {
    limits,
    leastPace: options.leastPace ?? usualPace,
    routeTo: (url) => {
      const uri = chooseProxy(url, env)
      if (uri === undefined) return { dispatcher: direct }
      const dispatcher = proxies.get(uri) ?? proxyAgent(uri)
      proxies.set(uri, dispatcher)
      return { dispatcher, proxy: new URL(uri).host }
    },
    close: async () => {
      await Promise.all([direct, ...proxies.values()].map((each) => each.destroy()))
    },
  }
}
