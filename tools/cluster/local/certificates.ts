// One authority, and a certificate for everybody who talks to the API server.

import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import { onMachine, type Layout } from './layout.ts'

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** In `pki/` of the folder; kept when they are there. */
export async function makeCertificates(layout: Layout): Promise<void> {
  const pki = onMachine(layout, 'pki')
  if (existsSync(join(pki, 'done'))) return
  mkdirSync(pki, { recursive: true, mode: 0o700 })
  const { nodeAddress, node } = layout.names
  const ca = [join(pki, 'ca.crt'), join(pki, 'ca.key')] as const
  await run('openssl', [
    ...['req', '-x509', ...curve, '-days', '3650', '-subj', '/CN=r2k8s-test'],
    ...['-keyout', ca[1], '-out', ca[0]],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature'],
  ])
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc']
  await Promise.all([
    sign('apiserver', '/CN=kube-apiserver', [
      ...[nodeAddress, '10.96.0.1', '127.0.0.1'].map((address) => `IP:${address}`),
      ...[...service, 'kubernetes.default.svc.cluster.local', 'localhost'].map(
        (name) => `DNS:${name}`,
      ),
    ]),
    sign('admin', '/O=system:masters/CN=admin'),
    sign('apiserver-kubelet', '/O=system:masters/CN=apiserver-kubelet'),
    sign('controller-manager', '/CN=system:kube-controller-manager'),
    sign('scheduler', '/CN=system:kube-scheduler'),
    sign('proxy', '/CN=system:kube-proxy'),
    // Without the address `logs` and `exec` fail.
    sign('kubelet', `/O=system:nodes/CN=system:node:${node}`, [
      `IP:${nodeAddress}`,
      `DNS:${node}`,
    ]),
  ])
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  writeFileSync(join(pki, 'sa.key'), pair.privateKey, { mode: 0o600 })
  writeFileSync(join(pki, 'sa.pub'), pair.publicKey)
  writeFileSync(join(pki, 'done'), '')

  async function sign(name: string, subject: string, names: readonly string[] = []) {
    await run('openssl', [
      ...['req', '-x509', ...curve, '-days', '3650', '-subj', subject],
      ...['-CA', ca[0], '-CAkey', ca[1]],
      ...['-keyout', join(pki, `${name}.key`), '-out', join(pki, `${name}.crt`)],
      ...['-addext', 'basicConstraints=critical,CA:false'],
      ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
      ...(names.length === 0 ? [] : ['-addext', `subjectAltName=${names.join(',')}`]),
    ])
  }
}

/** All that a client needs, in one text. */
export function makeKubeconfig(layout: Layout, user: string): string {
  const base64 = (file: string) =>
    readFileSync(onMachine(layout, join('pki', file))).toString('base64')
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'r2k8s-test',
      clusters: [
        {
          name: 'r2k8s-test',
          cluster: {
            server: layout.names.apiAddress,
            'certificate-authority-data': base64('ca.crt'),
          },
        },
      ],
      contexts: [
        {
          name: 'r2k8s-test',
          context: { cluster: 'r2k8s-test', user, namespace: 'default' },
        },
      ],
      users: [
        {
          name: user,
          user: {
            'client-certificate-data': base64(`${user}.crt`),
            'client-key-data': base64(`${user}.key`),
          },
        },
      ],
    },
    undefined,
    2,
  )
}
