// Images for tests: layers made by hand, in memory and in OCI layouts on disk.

import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import type {
  ImageContext,
  ImageSource,
} from '../../../src/transfer/image/image-source.ts'
import { flattenImage } from '../../../src/transfer/image/flatten-image.ts'
import type { EntrySink } from '../../../src/ware/entry.ts'
import { createIdentifier } from '../../../src/ware/identify.ts'
import { teeSinks } from '../../../src/ware/entry.ts'
import type { TransferEvent } from '../../../src/ware/transfer-event.ts'
import { defaultUnpackLimits } from '../../../src/ware/unpack-limits.ts'
import { rawHeader, rawTar } from '../../ware/records.ts'

/** `a/` is a directory, `a=text` a file, `a->b` a symlink, `a=>b` a hardlink, `a|` a fifo, `a!` a device. */
export function layerOf(...items: readonly string[]): Buffer {
  return rawTar(...items.flatMap(tarItem))
}

function tarItem(item: string): (Buffer | string)[] {
  const link = /^(.*?)(->|=>)(.*)$/s.exec(item)
  if (link !== null) {
    const [, name = '', arrow, target = ''] = link
    return [rawHeader({ name, type: arrow === '->' ? '2' : '1', target })]
  }
  if (item.endsWith('/')) return [rawHeader({ name: item, type: '5', mode: '0000755\0' })]
  if (item.endsWith('|')) return [rawHeader({ name: item.slice(0, -1), type: '6' })]
  if (item.endsWith('!')) return [rawHeader({ name: item.slice(0, -1), type: '3' })]
  const [, name = item, content = ''] = /^(.*?)=(.*)$/s.exec(item) ?? []
  const size = `${content.length.toString(8).padStart(11, '0')}\0`
  const header = rawHeader({ name, size })
  return content === '' ? [header] : [header, content]
}

export function imageOf(...layers: readonly Uint8Array[]): ImageSource {
  return {
    digest: 'sha256:0',
    config: {},
    layers: layers.map((bytes) => ({
      digest: digestOf(bytes),
      covers: 'inflated',
      open: () => Promise.resolve(chunked(bytes)),
    })),
    close: () => Promise.resolve(),
  }
}

async function* chunked(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) {
    yield await Promise.resolve(bytes.subarray(at, at + 1000))
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** What flattening gives, one line per record in the notation of `layerOf`, as a legal ware. */
export async function flatten(
  image: ImageSource,
  context = imageContext(),
): Promise<string[]> {
  const lines: string[] = []
  const identifier = createIdentifier()
  await flattenImage(image, teeSinks([identifier, listing(lines)]), {
    limits: context.limits,
    scratch: context.scratch(),
    report: context.report,
  })
  identifier.finish()
  return lines
}

function listing(lines: string[]): EntrySink {
  let content = ''
  let path = ''
  return {
    entry: (entry) => {
      path = entry.path
      content = ''
      if (entry.kind === 'directory') lines.push(`${path}/`)
      else if (entry.kind === 'symlink') lines.push(`${path}->${entry.target}`)
      else if (entry.kind === 'fifo') lines.push(`${path}|`)
      else if (entry.kind !== 'file') lines.push(`${path}!`)
    },
    content: (chunk) => {
      content += Buffer.from(chunk).toString('latin1')
    },
    endFile: () => {
      lines.push(content === '' ? path : `${path}=${content}`)
    },
  }
}

export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-image-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

export function imageContext(
  more: Partial<ImageContext> = {},
): ImageContext & { readonly events: TransferEvent[] } {
  const events: TransferEvent[] = []
  const scratch = scratchDirectory()
  return {
    send: () => Promise.reject(new Error('no registry is asked')),
    env: {},
    cwd: '/',
    report: (event) => void events.push(event),
    scratch: () => scratch,
    wait: () => Promise.resolve(),
    limits: defaultUnpackLimits,
    events,
    ...more,
  }
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** A layout in the making; `put` stores a blob and describes it. */
export interface Layout {
  readonly directory: string
  readonly put: (mediaType: string, content: Uint8Array | object) => Descriptor
  /** A whole image of one platform. */
  readonly putImage: (platform: string, ...layers: readonly Uint8Array[]) => Descriptor
  readonly finish: (...manifests: readonly object[]) => void
}

export function makeLayout(): Layout {
  const directory = scratchDirectory()
  mkdirSync(join(directory, 'blobs', 'sha256'), { recursive: true })

  function put(mediaType: string, content: Uint8Array | object): Descriptor {
    const bytes =
      content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content))
    const digest = digestOf(bytes)
    writeFileSync(join(directory, 'blobs', digest.replace(':', '/')), bytes)
    return { mediaType, digest, size: bytes.length }
  }

  function putImage(platform: string, ...layers: readonly Uint8Array[]): Descriptor {
    const [os, architecture, variant] = platform.split('/')
    const config = put('application/vnd.oci.image.config.v1+json', {
      os,
      architecture,
      ...(variant !== undefined && { variant }),
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    })
    return put('application/vnd.oci.image.manifest.v1+json', {
      schemaVersion: 2,
      config,
      layers: layers.map((layer) =>
        put('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(layer)),
      ),
    })
  }

  return {
    directory,
    put,
    putImage,
    finish: (...manifests) => {
      writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
      const index = { schemaVersion: 2, manifests }
      writeFileSync(join(directory, 'index.json'), JSON.stringify(index))
    },
  }
}

export function tagged(descriptor: object, tag: string): object {
  return { ...descriptor, annotations: { 'org.opencontainers.image.ref.name': tag } }
}
