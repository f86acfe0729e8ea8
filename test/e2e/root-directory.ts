// A root filesystem of one static program and its names, as small as one can be that people could work in.

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const checkout = join(import.meta.dirname, '../..')

/** A static one, installed where it is missing. */
export function findBusybox(): string {
  const script = join(checkout, 'tools/busybox.sh')
  return execFileSync('sh', [script], { encoding: 'utf8' }).trim()
}

export function makeRootDirectory(directory: string): void {
  const busybox = findBusybox()
  for (const name of ['bin', 'etc', 'tmp', 'var/lib', 'var/run', 'www', 'home']) {
    mkdirSync(join(directory, name), { recursive: true })
  }
  copyFileSync(busybox, join(directory, 'bin/busybox'))
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n')
  for (const applet of applets) {
    if (applet === '' || applet === 'busybox') continue
    symlinkSync('busybox', join(directory, 'bin', applet))
  }
  // Both kinds of links at the top: one that is mounted as its target, and one to a file.
  symlinkSync('bin', join(directory, 'sbin'))
  symlinkSync('bin/busybox', join(directory, 'linuxrc'))
  writeFileSync(join(directory, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n')
  writeFileSync(join(directory, 'etc/motd'), 'a root of r2k8s\n')
  writeFileSync(join(directory, 'www/index.html'), 'hello from a ware\n')
}
