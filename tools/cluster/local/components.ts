// The programs of a single-node cluster, with the settings they need to run beside each other on a
// machine that is not theirs.

import { inside, port, pauseImage, type Layout } from './layout.ts'

export interface Component {
  readonly name: string
  /** Its program, below the folder of programs, and its arguments. */
  readonly command: readonly string[]
}

const pki = `${inside}/pki`
const config = `${inside}/config`

export function controlPlane(layout: Layout): readonly Component[] {
  const { nodeAddress, apiAddress, podRange, serviceRange } = layout.names
  return [
    {
      name: 'etcd',
      command: [
        'etcd',
        `--data-dir=${inside}/etcd`,
        '--listen-client-urls=http://127.0.0.1:2379',
        '--advertise-client-urls=http://127.0.0.1:2379',
        '--listen-peer-urls=http://127.0.0.1:2380',
        '--unsafe-no-fsync',
        '--log-level=warn',
      ],
    },
    {
      name: 'kube-apiserver',
      command: [
        'kube-apiserver',
        '--etcd-servers=http://127.0.0.1:2379',
        `--advertise-address=${nodeAddress}`,
        `--bind-address=${nodeAddress}`,
        `--secure-port=${port}`,
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
        '--allow-privileged',
        `--service-cluster-ip-range=${serviceRange}`,
        `--service-account-issuer=https://kubernetes.default.svc`,
        `--service-account-key-file=${pki}/sa.pub`,
        `--service-account-signing-key-file=${pki}/sa.key`,
        `--client-ca-file=${pki}/ca.crt`,
        `--tls-cert-file=${pki}/apiserver.crt`,
        `--tls-private-key-file=${pki}/apiserver.key`,
        `--kubelet-client-certificate=${pki}/apiserver-kubelet.crt`,
        `--kubelet-client-key=${pki}/apiserver-kubelet.key`,
        `--kubelet-certificate-authority=${pki}/ca.crt`,
        '--kubelet-preferred-address-types=InternalIP',
        // Calls of webhooks go to endpoints: no dependence on kube-proxy.
        '--enable-aggregator-routing=true',
        '--shutdown-delay-duration=0s',
      ],
    },
    {
      name: 'kube-controller-manager',
      command: [
        'kube-controller-manager',
        `--kubeconfig=${config}/controller-manager.json`,
        '--leader-elect=false',
        '--use-service-account-credentials',
        `--root-ca-file=${pki}/ca.crt`,
        `--service-account-private-key-file=${pki}/sa.key`,
        `--cluster-signing-cert-file=${pki}/ca.crt`,
        `--cluster-signing-key-file=${pki}/ca.key`,
        '--allocate-node-cidrs',
        `--cluster-cidr=${podRange}`,
        `--service-cluster-ip-range=${serviceRange}`,
        '--bind-address=127.0.0.1',
      ],
    },
    {
      name: 'kube-scheduler',
      command: [
        'kube-scheduler',
        `--kubeconfig=${config}/scheduler.json`,
        '--leader-elect=false',
        '--bind-address=127.0.0.1',
      ],
    },
    {
      name: 'kube-proxy',
      command: [
        'kube-proxy',
        `--config=${config}/kube-proxy.json`,
        `--master=${apiAddress}`,
      ],
    },
  ]
}

export function nodeComponents(layout: Layout): readonly Component[] {
  return [
    {
      name: 'containerd',
      command: ['containerd', `--config=${config}/containerd.toml`],
    },
    {
      name: 'kubelet',
      command: [
        'kubelet',
        `--config=${config}/kubelet.json`,
        `--kubeconfig=${config}/kubelet-client.json`,
        `--root-dir=${inside}/kubelet`,
        `--cert-dir=${inside}/kubelet-pki`,
        `--hostname-override=${layout.names.node}`,
        `--node-ip=${layout.names.nodeAddress}`,
      ],
    },
  ]
}

/** Name below `config/` → text. */
export function configFiles(layout: Layout): Readonly<Record<string, string>> {
  return {
    'kubelet.json': json(kubeletConfig(layout)),
    'kube-proxy.json': json(proxyConfig(layout)),
    'containerd.toml': containerdConfig(),
    'cni/10-r2k8s.conflist': json(networkConfig()),
    // Pods find no names here, but a search path of the machine's would not help them either.
    'resolv.conf': 'nameserver 127.0.0.1\n',
    hosts: '127.0.0.1 localhost\n::1 localhost\n',
  }
}

function kubeletConfig({ names }: Layout) {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: names.nodeAddress,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${pki}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${pki}/kubelet.crt`,
    tlsPrivateKeyFile: `${pki}/kubelet.key`,
    containerRuntimeEndpoint: `unix://${inside}/containerd.sock`,
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${names.cgroup}`,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    resolvConf: `${config}/resolv.conf`,
    podLogsDir: `${inside}/pod-logs`,
    volumePluginDir: `${inside}/volume-plugins`,
    healthzBindAddress: '127.0.0.1',
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    oomScoreAdj: 0,
    serializeImagePulls: false,
    nodeStatusUpdateFrequency: '5s',
    shutdownGracePeriod: '0s',
  }
}

function proxyConfig({ names }: Layout) {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: `${config}/proxy.json` },
    mode: 'iptables',
    clusterCIDR: names.podRange,
    hostnameOverride: names.node,
    metricsBindAddress: '127.0.0.1:10249',
    healthzBindAddress: '127.0.0.1:10256',
    conntrack: {
      maxPerCore: 0,
      min: 0,
      tcpEstablishedTimeout: '0s',
      tcpCloseWaitTimeout: '0s',
    },
  }
}

/** Containers see each other through a bridge, and the machine under the node's address. */
function networkConfig() {
  return {
    cniVersion: '1.0.0',
    name: 'r2k8s',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: `${inside}/cni-addresses`,
          ranges: [[{ subnet: '10.244.0.0/24' }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }
}

function containerdConfig(): string {
  return `version = 3
root = '${inside}/containerd'
state = '/run/containerd-state'

[grpc]
address = '${inside}/containerd.sock'

[plugins.'io.containerd.cri.v1.images']
snapshotter = 'overlayfs'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = '${pauseImage}'

[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ['${inside}/bin']
conf_dir = '${config}/cni'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
BinaryName = '${inside}/bin/runc'
SystemdCgroup = false
`
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
