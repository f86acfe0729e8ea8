// Keeps a valid certificate in memory and the API server's trust in it, for as long as the webhook
// runs. What must happen is worked out anew every minute: suspended machines miss timers.

import type { ApiClient } from '../../cluster/api-client.ts'
import { pauseOnClock, type Pause } from '../../host/pause.ts'
import { leafLife, signLeaf, type Leaf } from './authority.ts'
import { settleAuthorities } from './authority-secret.ts'
import { writeCaBundle } from './ca-bundle.ts'

export interface CertificateOptions {
  readonly client: ApiClient
  readonly namespace: string
  /** DNS names of the service. */
  readonly names: readonly string[]
  /** Told of every new certificate. */
  readonly onLeaf: (leaf: Leaf) => void
  readonly onTrouble: (error: unknown) => void
  readonly signal: AbortSignal
  /** Milliseconds between two looks at what must happen; a minute unless told. */
  readonly interval?: number
  /** Milliseconds for which a new authority is trusted before it signs; a minute unless told. */
  readonly settling?: number
  readonly now?: () => number
  readonly pause?: Pause
}

export interface Certificates {
  /** Whether the API server trusts what is shown, as far as is known. */
  readonly isTrusted: () => boolean
  readonly leaf: () => Leaf | undefined
  /** Resolves when the signal has come. */
  readonly done: Promise<void>
}

const usualInterval = 60_000
/** While something is missing, there is nothing else to do. */
const shortInterval = 2_000

export function keepCertificates(options: CertificateOptions): Certificates {
  const { client, namespace, names, signal } = options
  const { now = Date.now, pause = pauseOnClock, interval = usualInterval } = options
  let leaf: Leaf | undefined
  let isTrusted = false

  async function settle(): Promise<void> {
    const { keep, signer } = await settleAuthorities(
      client,
      namespace,
      now(),
      options.settling,
    )
    isTrusted = await writeCaBundle(
      client,
      keep.map(({ cert }) => cert),
    )
    if (signer === undefined) return
    const isOld = leaf === undefined || leaf.notAfter - now() < leafLife / 3
    if (!isOld && leaf?.signer === signer.cert) return
    leaf = await signLeaf(signer, names, now())
    options.onLeaf(leaf)
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      let wait = Math.min(shortInterval, interval)
      try {
        await settle()
        // The last known state counts while the API server cannot be reached.
        if (isTrusted) wait = interval
      } catch (error) {
        options.onTrouble(error)
      }
      await pause(wait, signal)
    }
  }

  return { isTrusted: () => isTrusted, leaf: () => leaf, done: run() }
}
