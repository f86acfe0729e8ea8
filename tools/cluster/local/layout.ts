// Where the local cluster keeps what it has, outside and as its own programs see it.

import { join } from 'node:path'

export interface Layout {
  /** Folder of all of it, on the machine. */
  readonly folder: string
  readonly bin: string
  /** A number that keeps clusters of one machine apart: addresses, interfaces, cgroups. */
  readonly number: number
  readonly names: Names
}

interface Names {
  readonly node: string
  readonly nodeAddress: string
  readonly hostAddress: string
  readonly interface: string
  readonly cgroup: string
  readonly podRange: string
  readonly serviceRange: string
  readonly apiAddress: string
}

export const pauseImage = 'localhost/r2k8s-pause:1'
export const nodeName = 'node'
export const port = 6443

export function makeLayout(folder: string, bin: string, number: number): Layout {
  return {
    folder,
    bin,
    number,
    names: {
      node: nodeName,
      nodeAddress: `10.99.${number}.1`,
      hostAddress: `10.99.${number}.2`,
      interface: `r2k8s-${number}`,
      cgroup: `r2k8s-${number}`,
      podRange: '10.244.0.0/16',
      serviceRange: '10.96.0.0/16',
      apiAddress: `https://10.99.${number}.1:${port}`,
    },
  }
}

/** The folder as programs inside see it: sockets allow for a hundred characters only. */
export const inside = '/run/r2k8s'

export function onMachine(layout: Layout, path: string): string {
  return join(layout.folder, path)
}
