// The webhook's command line and environment. Everything has a default that fits the manifests.

import { parseArgs } from 'node:util'
import { R2k8sError } from '../errors.ts'

export interface WebhookOptions {
  readonly port: number
  /** Of the plain server with metrics and probes. */
  readonly statusPort: number
  /** Where it runs itself: of the Secret, the settings and the Service. */
  readonly namespace: string
  readonly service: string
  /** Certificates that another program keeps, cert-manager say; else it makes its own. */
  readonly files: { readonly cert: string; readonly key: string } | undefined
  readonly logLevel: LogLevel
  /** How long it goes on serving after SIGTERM, in milliseconds. */
  readonly drain: number
  /** Of its own certificates, in milliseconds: how often it looks, how long a new authority waits. */
  readonly checking: { readonly interval: number; readonly settling: number }
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export const usage = `usage: webhook [flags]

The admission webhook of r2k8s. Runs in a pod and takes its access to the cluster from there.

  --port N               of the server for the API server (8443)
  --status-port N        of /healthz, /readyz and /metrics, plain HTTP (8080)
  --namespace NAME       its own (that of its service account)
  --service NAME         of the Service in front of it (r2k8s)
  --tls-cert-file FILE   certificate kept by somebody else, with --tls-key-file;
  --tls-key-file FILE    read again when it changes. Without, it makes its own
  --log-level LEVEL      ${logLevels.join(', ')} (info)
  --drain-seconds N      how long it serves on after SIGTERM (45)
  --check-seconds N      between two looks at its certificates (60)
  --settling-seconds N   for which a new authority is trusted before it signs (60)
`

/** @throws R2k8sError usage */
export function readOptions(
  args: readonly string[],
  own: { readonly namespace: string },
): WebhookOptions {
  const values = parse(args)
  const { 'tls-cert-file': cert, 'tls-key-file': key } = values
  if ((cert === undefined) !== (key === undefined)) {
    throw wrong('--tls-cert-file and --tls-key-file go together')
  }
  const level = logLevels.find((each) => each === values['log-level'])
  if (level === undefined) throw wrong(`--log-level is one of ${logLevels.join(', ')}`)
  const seconds = (flag: 'drain-seconds' | 'check-seconds' | 'settling-seconds') =>
    wholeNumber(flag, values[flag], 3600) * 1000
  return {
    port: wholeNumber('port', values.port, 65_535),
    statusPort: wholeNumber('status-port', values['status-port'], 65_535),
    namespace: values.namespace ?? own.namespace,
    service: values.service,
    files: cert === undefined || key === undefined ? undefined : { cert, key },
    logLevel: level,
    drain: seconds('drain-seconds'),
    checking: {
      interval: seconds('check-seconds'),
      settling: seconds('settling-seconds'),
    },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8443' },
        'status-port': { type: 'string', default: '8080' },
        namespace: { type: 'string' },
        service: { type: 'string', default: 'r2k8s' },
        'tls-cert-file': { type: 'string' },
        'tls-key-file': { type: 'string' },
        'log-level': { type: 'string', default: 'info' },
        'drain-seconds': { type: 'string', default: '45' },
        'check-seconds': { type: 'string', default: '60' },
        'settling-seconds': { type: 'string', default: '60' },
      },
    }).values
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function wholeNumber(flag: string, text: string, most: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= most) return number
  throw wrong(`--${flag} is a whole number up to ${most}`)
}

function wrong(why: string): R2k8sError {
  const task = 'understand the command line'
  return new R2k8sError([{ code: 'usage', task, why, hints: ['--help tells more'] }])
}
