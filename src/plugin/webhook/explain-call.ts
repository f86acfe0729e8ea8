// Why the API server could not call the webhook: it says so in the words of Go's libraries only.

import { systemNamespace } from './installed-objects.ts'

interface Explanation {
  readonly why: string
  readonly hints: readonly string[]
}

const podsHint = `kubectl get pods -n ${systemNamespace}`
const statusHint = 'kubectl r2k8s webhook status shows its last errors'

/** The first that matches: what is told of certificates holds words of the others, too. */
const explanations: readonly (readonly [RegExp, Explanation])[] = [
  [
    /no endpoints available/,
    { why: 'no pod of the webhook is ready', hints: [statusHint, podsHint] },
  ],
  [
    /service "[^"]*" not found/,
    { why: 'the Service of the webhook is missing', hints: ['kubectl r2k8s install'] },
  ],
  [
    /x509: .*(expired|not yet valid)/,
    {
      why: 'the certificate of the webhook has run out, or the clock of a machine is wrong',
      hints: [
        statusHint,
        `kubectl rollout restart deployment r2k8s-webhook -n ${systemNamespace}`,
      ],
    },
  ],
  [
    /x509|tls: |PEM/,
    {
      why: 'the API server does not trust the certificate of the webhook: the CA bundle is another one',
      hints: [
        'the webhook writes it anew within a minute: try again then',
        'if it stays so, another program writes it: kubectl get mutatingwebhookconfiguration r2k8s -o yaml --show-managed-fields',
      ],
    },
  ],
  [
    /i\/o timeout|deadline exceeded|[Tt]imeout exceeded|canceled while waiting|no route to host|unreachable/,
    {
      why: 'the API server gets no answer from the pods of the webhook: a firewall or a network policy is in the way',
      hints: [
        'let the control plane reach TCP port 8443 of the pods; private clusters of GKE open 443 and 10250 only',
        'or use an open port: --port=10250 for the container "webhook" of the Deployment, and its containerPort',
        `kubectl get networkpolicies -n ${systemNamespace}`,
      ],
    },
  ],
  [
    /connection refused/,
    {
      why: 'nothing listens on the port of the webhook',
      hints: [
        statusHint,
        `kubectl get service r2k8s -n ${systemNamespace} -o yaml: its targetPort is "webhook"`,
      ],
    },
  ],
  [
    /EOF|connection reset|broken pipe/,
    {
      why: 'the webhook broke off: it was restarted just then, or something between cuts connections',
      hints: ['try again', statusHint],
    },
  ],
  [
    /proxyconnect/,
    {
      why: 'the API server asks a proxy for the webhook',
      hints: ['add ".svc" to NO_PROXY of the API server'],
    },
  ],
]

/** @param message of the API server, which holds the name of the webhook */
export function explainCall(message: string): Explanation {
  const found = explanations.find(([pattern]) => pattern.test(message))?.[1]
  const { why, hints } = found ?? {
    why: 'the API server cannot call the webhook',
    hints: [statusHint],
  }
  return { why: `${why} (${essence(message)})`, hints }
}

/** What stands behind the name of the webhook and the address that was called. */
function essence(message: string): string {
  return message.replace(
    /^.*failed calling webhook "[^"]*": (?:failed to call webhook: )?(?:Post "[^"]*": )?/,
    '',
  )
}
