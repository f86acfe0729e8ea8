// kubectl's own flags, for the commands that talk to a cluster: kubectl does not hand them to plugins.

import { InvalidArgumentError, Option, type Command } from 'commander'
import { collect, notEmpty } from './options.ts'

/** As commander gives them. What is undefined was not given. */
export interface ClusterFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly cluster?: string
  readonly user?: string
  readonly namespace?: string
  readonly requestTimeout?: number
  readonly as?: string
  readonly asUid?: string
  readonly asGroup?: readonly string[]
  readonly server?: string
  readonly token?: string
  readonly insecureSkipTlsVerify?: boolean
  readonly certificateAuthority?: string
  readonly clientCertificate?: string
  readonly clientKey?: string
  readonly tlsServerName?: string
  readonly v?: number
}

const heading = 'Cluster options:'

/** On the program, so that they may stand before and behind the name of a command. */
export function clusterOptions(): readonly Option[] {
  return [
    text('-n, --namespace <name>', 'namespace; that of the context by default'),
    text('--kubeconfig <file>', 'kubeconfig instead of KUBECONFIG and ~/.kube/config'),
    text('--context <name>', 'context of the kubeconfig'),
    text('--cluster <name>', 'cluster of the kubeconfig'),
    text('--user <name>', 'user of the kubeconfig'),
    text('-s, --server <url>', 'address of the API server'),
    text('--token <token>', 'bearer token'),
    text('--as <user>', 'user to impersonate'),
    text('--as-uid <uid>', 'UID to impersonate'),
    new Option('--as-group <group>', 'group to impersonate (repeatable)').argParser(
      collect,
    ),
    text('--certificate-authority <file>', 'what the server’s certificate is checked by'),
    text('--client-certificate <file>', 'certificate to log in with, with --client-key'),
    text('--client-key <file>', 'its key'),
    text(
      '--tls-server-name <name>',
      'what the server’s certificate is for, if not its host',
    ),
    new Option('--insecure-skip-tls-verify', 'believe any server'),
    new Option(
      '--request-timeout <time>',
      'longest time for one request, its tries included, as 10s or 1m; 0 for no limit',
    ).argParser(readDuration),
    new Option('-v, --v <level>', 'tell every request from 6 on').argParser(readLevel),
  ].map((option) => option.helpGroup(heading))
}

function text(flags: string, description: string): Option {
  return new Option(flags, description).argParser(notEmpty)
}

export function isClusterOption({ helpGroupHeading }: Option): boolean {
  return helpGroupHeading === heading
}

const talksToCluster = new WeakSet<Command>()

/** The help of a command tells the flags only where they have an effect. */
export function markClusterCommand(command: Command): Command {
  talksToCluster.add(command)
  return command
}

export function isClusterCommand(command: Command): boolean {
  return talksToCluster.has(command)
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  '': 1000,
  m: 60_000,
  h: 3_600_000,
}

/** Milliseconds of `10s`, `1m30s` or a bare number of seconds. */
export function readDuration(value: string): number {
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|)/g)]
  if (value === '' || parts.map(([part]) => part).join('') !== value) {
    throw new InvalidArgumentError('It is no time: write 30s, 5m or 1h.')
  }
  return parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  )
}

function readLevel(value: string): number {
  const level = value.replace(/^=/, '') // -v=6, as kubectl takes it
  if (/^\d{1,2}$/.test(level)) return Number(level)
  throw new InvalidArgumentError('It is a number from 0 to 10.')
}
