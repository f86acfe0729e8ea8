// The image that keeps a pod's namespaces, as an OCI archive: one program and nothing else.

import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pauseImage } from './layout.ts'

export function makePauseArchive(program: string, archive: string): void {
  const work = mkdtempSync(join(tmpdir(), 'r2k8s-pause-'))
  try {
    const rootfs = join(work, 'rootfs')
    const layout = join(work, 'layout')
    mkdirSync(rootfs)
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true })
    copyFileSync(program, join(rootfs, 'pause'))
    chmodSync(join(rootfs, 'pause'), 0o755)
    const layerFile = join(work, 'layer.tar')
    execFileSync('tar', [
      ...['--create', '--file', layerFile, '--directory', rootfs],
      ...['--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', 'pause'],
    ])
    const addBlob = (mediaType: string, bytes: Buffer) => {
      const hash = createHash('sha256').update(bytes).digest('hex')
      writeFileSync(join(layout, 'blobs/sha256', hash), bytes)
      return { mediaType, digest: `sha256:${hash}`, size: bytes.length }
    }
    const addJson = (mediaType: string, value: unknown) =>
      addBlob(mediaType, Buffer.from(JSON.stringify(value)))
    const type = 'application/vnd.oci.image'
    const layer = addBlob(`${type}.layer.v1.tar`, readFileSync(layerFile))
    const config = addJson(`${type}.config.v1+json`, {
      architecture: arch() === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Entrypoint: ['/pause'], User: '65535:65535' },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    })
    const manifest = addJson(`${type}.manifest.v1+json`, {
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config,
      layers: [layer],
    })
    const name = { 'io.containerd.image.name': pauseImage }
    const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations: name }] }
    writeFileSync(join(layout, 'index.json'), JSON.stringify(index))
    writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
    execFileSync('tar', ['--create', '--file', archive, '--directory', layout, '.'])
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
