// A cluster for tests and the demo, whoever provides it.

export interface Cluster {
  /** A file. */
  readonly kubeconfig: string
  /** A kubectl that fits. */
  readonly kubectl: string
  /** An address of this machine that pods reach, and that only this machine and they reach. */
  readonly hostAddress: string
  /** The name under which images of the node can be used without a registry: a pause image. */
  readonly pauseImage: string
}

export interface Provider {
  readonly name: string
  /** Brings it up, or finds it running. */
  readonly up: () => Promise<Cluster>
  /** Undefined when it is not up. */
  readonly find: () => Promise<Cluster | undefined>
  /** Puts the images of an OCI archive on the node. */
  readonly load: (archive: string) => Promise<void>
  /** Ends it and starts it again; resolves when it answers. */
  readonly restartApiServer: () => Promise<void>
  /** Removes all of it, whatever state it is in. */
  readonly down: () => Promise<void>
}

/** To whoever waits. */
export type Say = (line: string) => void
