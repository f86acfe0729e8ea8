// Hosts that only the machine, its network or its cloud can ask.

import { BlockList, isIP } from 'node:net'

const ranges: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
]

/** @param hostname of a URL: its addresses are written in their one canonical way */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const family = isIP(host)
  // A name without a dot is one of the local network, or of the namespace of a pod.
  if (family === 0)
    return !host.includes('.') || /\.(?:local|localhost|internal|svc)$/.test(host)
  return privateAddresses.check(host, family === 4 ? 'ipv4' : 'ipv6')
}

const privateAddresses = makeList()

function makeList(): BlockList {
  const list = new BlockList()
  for (const [network, bits] of ranges) {
    list.addSubnet(network, bits, network.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}
