// The two filesets that are measured, as directories and as gzipped tars.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'

export interface WareInput {
  readonly tree: string
  readonly archive: string
}

export function makeSmallFiles(place: string): WareInput {
  const tree = `${place}/small`
  for (let directory = 0; directory < 100; directory++) {
    mkdirSync(`${tree}/d${directory}`, { recursive: true })
    for (let file = 0; file < 200; file++) {
      writeFileSync(
        `${tree}/d${directory}/file-${file}.txt`,
        fourKilobytes(directory, file),
      )
    }
  }
  return pack(tree, `${place}/small.tgz`)
}

/** Words and numbers in lines: compresses to about a third, as sources do. */
function fourKilobytes(directory: number, file: number): string {
  let text = ''
  for (let i = 0; text.length < 4096; i++) {
    const digest = createHash('sha256').update(`${directory}/${file}/${i}`).digest()
    const words = Array.from(digest.subarray(0, 12), (byte) => vocabulary[byte] ?? '')
    text += `${words.join(' ')} = ${digest.readUInt16LE(30)};\n`
  }
  return text.slice(0, 4096)
}

const vocabulary = Array.from({ length: 256 }, (_, i) =>
  createHash('sha256')
    .update(`word ${i}`)
    .digest('base64')
    .slice(0, 2 + (i % 9)),
)

/** Programs, libraries and texts of this machine, up to 200 MB. */
export function makeDebianLikeRoot(place: string): WareInput {
  const tree = `${place}/root`
  let left = 200 * 1024 * 1024
  const copy = (from: string, to: string, depth: number): void => {
    mkdirSync(to, { recursive: true })
    for (const name of readdirSync(from).sort()) {
      const [source, target] = [`${from}/${name}`, `${to}/${name}`]
      const stat = lstatSync(source)
      if (left <= 0 || stat.size > 16 * 1024 * 1024) continue
      if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
      else if (stat.isDirectory()) {
        if (depth < 12) copy(source, target, depth + 1)
      } else if (stat.isFile() && (stat.mode & 0o7000) === 0) {
        copyFileSync(source, target)
        left -= stat.size
      }
    }
  }
  for (const directory of ['usr/bin', 'usr/sbin', 'etc', 'usr/lib', 'usr/share']) {
    copy(`/${directory}`, `${tree}/${directory}`, 0)
  }
  return pack(tree, `${place}/root.tgz`)
}

function pack(tree: string, archive: string): WareInput {
  const { status, stderr } = spawnSync('tar', ['-czf', archive, '-C', tree, '.'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`tar: ${stderr}`)
  return { tree, archive }
}
