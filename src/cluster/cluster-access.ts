// How the API server is reached and who asks, wherever that is known from.

export interface ClusterAccess {
  /** Base URL, perhaps with a path, without a slash at its end. */
  readonly server: string
  /** Where objects without a namespace of their own go. */
  readonly namespace: string
  readonly tls: ClusterTls
  /** HTTP proxy; http or https. */
  readonly proxy?: string
  /**
   * Headers that say who asks, made anew as often as needed: tokens run out. `renewed` after the
   * server has refused the ones before.
   */
  readonly credentials: (
    renewed: boolean,
  ) => Promise<Readonly<Record<string, string | string[]>>>
}

export interface ClusterTls {
  /** PEM; the usual authorities without it. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** When the certificate is for another name than that of the URL. */
  readonly serverName?: string
  readonly verify: boolean
}
