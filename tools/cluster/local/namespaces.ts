// The network, the mounts and the processes of the cluster, apart from those of the machine: when
// their first process ends, for whatever reason, nothing of them is left.

import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, until } from '../command.ts'
import type { Component } from './components.ts'
import { inside, type Layout } from './layout.ts'
import { hasEnded, logFolder, logOf } from './logs.ts'

/** Returns the number that the first process inside has on the machine. */
export async function makeNamespaces(layout: Layout): Promise<number> {
  const { nodeAddress, hostAddress, interface: name } = layout.names
  const child = spawn(
    'unshare',
    [
      ...['--net', '--pid', '--fork', '--kill-child', '--mount'],
      ...['--propagation', 'private', '--mount-proc'],
      ...['--', join(layout.bin, 'pause')],
    ],
    { detached: true, stdio: 'ignore' },
  )
  child.unref()
  const outer = child.pid
  if (outer === undefined) throw new Error('unshare did not start')
  let first = 0
  await until('making namespaces', 10, () => {
    first = childOf(outer) ?? 0
    return Promise.resolve(
      first > 0 && readFileSync(`/proc/${first}/comm`, 'utf8') === 'pause\n',
    )
  })
  await run('ip', [
    ...['link', 'add', name, 'type', 'veth'],
    ...['peer', 'name', 'eth0', 'netns', String(first)],
  ])
  await run('ip', ['addr', 'add', `${hostAddress}/24`, 'dev', name])
  await run('ip', ['link', 'set', name, 'up'])
  await runInside(first, [
    ...['sh', '-euc'],
    `ip link set lo up
ip addr add ${nodeAddress}/24 dev eth0
ip link set eth0 up
ip route add default via ${hostAddress}
echo 1 >/proc/sys/net/ipv4/ip_forward
# What programs insist on keeping in places of the machine goes to places of our own.
mkdir -p '${layout.folder}/var-lib-kubelet'
mount -t tmpfs tmpfs /run
mkdir -p ${inside} /run/lock /run/containerd
mount --bind '${layout.folder}' ${inside}
mkdir -p ${inside}/bin
mount --bind '${layout.bin}' ${inside}/bin
for place in /var/lib /var/log /opt /srv; do
  [ ! -d $place ] || mount -t tmpfs tmpfs $place
done
# Mounts in volumes have to show in containers.
mount --make-rshared ${inside}
mount --bind ${inside}/config/hosts /etc/hosts
`,
  ])
  return first
}

function childOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return text === '' ? undefined : Number(text.split(' ')[0])
  } catch {
    return undefined
  }
}

/** Arguments of nsenter. @param first the first process inside */
export const enter = (first: number, command: readonly string[]) => [
  ...['--target', String(first), '--net', '--mount', '--pid', '--'],
  ...command,
]

export function runInside(first: number, command: readonly string[]): Promise<string> {
  return run('nsenter', enter(first, command))
}

/** Its log is `logs/NAME.log` of the folder. Returns its number on the machine. */
export async function startInside(
  first: number,
  { name, command }: Component,
  layout: Layout,
): Promise<number> {
  mkdirSync(logFolder(layout), { recursive: true })
  const log = openSync(logOf(layout, name), 'a')
  const [program = '', ...args] = command
  const path = `${inside}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
  const child = spawn('nsenter', enter(first, [`${inside}/bin/${program}`, ...args]), {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: { PATH: path, HOME: `${inside}/home` },
  })
  closeSync(log)
  child.unref()
  const outer = child.pid
  if (outer === undefined) throw new Error(`${name} did not start`)
  let pid = 0
  await until(`starting ${name}`, 10, () => {
    if (child.exitCode !== null) throw hasEnded(layout, name)
    pid = childOf(outer) ?? 0
    return Promise.resolve(pid > 0)
  })
  return pid
}
