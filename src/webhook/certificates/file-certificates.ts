// Certificates that somebody else keeps in files: cert-manager, through a mounted Secret. It writes
// the authority into the registration as well.

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ApiClient } from '../../cluster/api-client.ts'
import { pauseOnClock, type Pause } from '../../host/pause.ts'
import type { Leaf } from './authority.ts'
import { readCaBundle } from './ca-bundle.ts'
import type { Certificates } from './keep-certificates.ts'

export interface FileCertificateOptions {
  readonly client: ApiClient
  readonly files: { readonly cert: string; readonly key: string }
  readonly onLeaf: (leaf: Leaf) => void
  readonly onTrouble: (error: unknown) => void
  readonly signal: AbortSignal
  readonly pause?: Pause
}

/** The kubelet swaps a mounted Secret within a minute or so; looking costs nothing. */
const interval = 10_000

export function followCertificateFiles(options: FileCertificateOptions): Certificates {
  const { client, files, signal, pause = pauseOnClock } = options
  let leaf: Leaf | undefined
  let isTrusted = false

  async function look(): Promise<void> {
    const cert = await readFile(files.cert, 'utf8')
    const key = await readFile(files.key, 'utf8')
    const bundle = await readCaBundle(client)
    isTrusted = bundle !== undefined && bundle !== ''
    const signer = bundle ?? ''
    if (leaf?.cert === cert && leaf.signer === signer) return
    const isNew = leaf?.cert !== cert
    const notAfter = Date.parse(new X509Certificate(cert).validTo)
    leaf = { cert, key, notAfter, signer }
    if (isNew) options.onLeaf(leaf)
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await look()
      } catch (error) {
        options.onTrouble(error)
      }
      await pause(interval, signal)
    }
  }

  return { isTrusted: () => isTrusted, leaf: () => leaf, done: run() }
}
