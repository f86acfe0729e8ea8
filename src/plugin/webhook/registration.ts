// The registration of the webhook with the API server, and what the API server checks it by.

import { X509Certificate } from 'node:crypto'
import { member, memberArray, memberString, type JsonObject } from '../../json.ts'
import { systemNamespace, webhookName } from './installed-objects.ts'
import type { Reading } from './read-object.ts'
import { withoutWebhook, type SecondLook } from './second-look.ts'
import { failed, warning, type Trouble } from './trouble.ts'

export interface Authority {
  /** Its common name. */
  readonly name: string
  /** In milliseconds. */
  readonly notAfter: number
}

export interface RegistrationFacts {
  /** Of the CA bundle, in its order. */
  readonly authorities: readonly Authority[]
  /** There is a bundle, and something in it is no certificate. */
  readonly isUnreadable: boolean
  readonly failurePolicy: string
  readonly namespaceSelector: JsonObject[string]
  readonly isCertManagers: boolean
}

/** Undefined when it registers something else than our webhook. */
export function readRegistration(object: JsonObject): RegistrationFacts | undefined {
  const own = memberArray(object, 'webhooks').find(
    (each) => memberString(each, 'name') === webhookName,
  )
  if (own === undefined) return undefined
  const bundle = memberString(member(own, 'clientConfig'), 'caBundle') ?? ''
  const annotations = member(member(object, 'metadata'), 'annotations')
  return {
    ...readBundle(Buffer.from(bundle, 'base64').toString()),
    failurePolicy: memberString(own, 'failurePolicy') ?? '',
    namespaceSelector: member(own, 'namespaceSelector') ?? null,
    isCertManagers: memberString(annotations, injectAnnotation) !== undefined,
  }
}

const injectAnnotation = 'cert-manager.io/inject-ca-from'

function readBundle(pem: string) {
  const parts =
    pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? []
  const authorities: Authority[] = []
  let isUnreadable = parts.length === 0 && pem.trim() !== ''
  for (const part of parts) {
    try {
      const { subject, validTo } = new X509Certificate(part)
      const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? subject
      authorities.push({ name, notAfter: Date.parse(validTo) })
    } catch {
      isUnreadable = true
    }
  }
  return { authorities, isUnreadable }
}

const soon = 30 * 24 * 3600 * 1000
export const enableHint = 'kubectl r2k8s webhook enable'

/** @param secondLook what is done with formula pods where it is missing */
export function judgeRegistration(
  reading: Exclude<Reading, { kind: 'unknown' }>,
  secondLook: SecondLook,
  now: number,
): Trouble | undefined {
  const facts = reading.kind === 'found' ? readRegistration(reading.object) : undefined
  if (facts === undefined) {
    return failed(
      `the webhook is not registered: ${withoutWebhook[secondLook]}`,
      enableHint,
    )
  }
  const { authorities, isUnreadable, failurePolicy } = facts
  const hints = bundleHints(facts)
  if (isUnreadable)
    return failed('the CA bundle of the registration is unreadable', ...hints)
  if (authorities.length === 0) {
    return failed(
      'the registration has no CA bundle: the API server trusts nobody',
      ...hints,
    )
  }
  const last = lastDay(authorities)
  if (last <= now) {
    return failed(
      `all certificate authorities ran out, the last on ${dayOf(last)}`,
      ...hints,
    )
  }
  if (failurePolicy !== 'Fail') {
    return warning(
      `failurePolicy is ${failurePolicy}: pods with formulas get past a webhook that is down, and never start`,
      enableHint,
    )
  }
  return last - now < soon
    ? warning(`the last certificate authority runs out on ${dayOf(last)}`, ...hints)
    : undefined
}

export function lastDay(authorities: readonly Authority[]): number {
  return Math.max(...authorities.map(({ notAfter }) => notAfter))
}

export function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10)
}

function bundleHints({ isCertManagers }: RegistrationFacts): string[] {
  return isCertManagers
    ? [
        `cert-manager writes it: kubectl describe certificate r2k8s -n ${systemNamespace}`,
        'its cainjector must run, too',
      ]
    : [
        'the webhook writes it within a minute, once one of its pods runs',
        'if it does not: kubectl r2k8s webhook status shows its last errors',
      ]
}
