import { expect, test } from 'vitest'
import { explainRefusal } from '../../../src/plugin/explain/explain-refusal.ts'
import { nearNames } from '../../../src/plugin/explain/near-names.ts'

const webhook = 'admission webhook "pods.mutate.r2k8s.io" denied the request: '

test.each([
  [
    `Error creating: ${webhook}cannot rewrite container "app": there is no formula "repeatr:0/web:abc"`,
    'cannot rewrite container "app": there is no formula "repeatr:0/web:abc"',
    'push the formula under this name; pods are then created by themselves',
    'kubectl r2k8s push FORMULA --name web -n shop',
  ],
  [
    `create Pod web-0 in StatefulSet web failed error: ${webhook}cannot rewrite`,
    'cannot rewrite',
    'correct what it complains of; the controller tries again by itself',
    undefined,
  ],
  [
    `Internal error occurred: failed calling webhook "pods.mutate.r2k8s.io": no endpoints`,
    `Internal error occurred: failed calling webhook "pods.mutate.r2k8s.io": no endpoints`,
    'bring the webhook back; pods are then created by themselves',
    'kubectl r2k8s webhook status',
  ],
  [
    `pods "web-1" is forbidden: ValidatingAdmissionPolicy 'a' with binding 'b' denied request: the formula reference "repeatr:0/web" was not rewritten: off`,
    'the formula reference "repeatr:0/web" was not rewritten: off',
    'find out why the webhook is not asked; once it is, pods are created by themselves',
    'kubectl r2k8s doctor -n shop',
  ],
  [
    'pods "web-1" is forbidden: exceeded quota: small, requested: pods=1',
    'exceeded quota: small, requested: pods=1',
    'raise the quota, or ask for less of it; the fetcher counts, too',
    'kubectl describe quota small -n shop',
  ],
  [
    'pods "web-1" is forbidden: violates PodSecurity "restricted:latest": runAsUser=0',
    'violates PodSecurity "restricted:latest": runAsUser=0',
    'let pod and formula do with less: under "restricted" no formula runs as root',
    'kubectl r2k8s doctor -n shop',
  ],
  [
    `${webhook}"repeatr:0/web:abc" pins an ID, but the formula's is xyz`,
    `"repeatr:0/web:abc" pins an ID, but the formula's is xyz`,
    'pin xyz in the image, or push the formula that was meant under another name',
    undefined,
  ],
])('%s', (told, message, text, command) => {
  const refusal = explainRefusal(told, 'shop')
  expect(refusal.message).toBe(message)
  expect(refusal.nextStep).toEqual({ text, ...(command !== undefined && { command }) })
})

test.each([
  ['web', ['web-1', 'shop', 'my-web', 'wbe'], ['web-1', 'my-web', 'wbe']],
  ['rs', ['arm', 'dns'], []],
  ['payment-servcie', ['payment-service', 'payment'], ['payment', 'payment-service']],
])('names near %s', (wanted, names, near) => {
  expect(nearNames(wanted, names)).toEqual(near)
})
