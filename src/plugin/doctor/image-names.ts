// Names of images as container runtimes complete them.

/** `docker.io/library/busybox:latest` of `busybox`. With a digest, the tag does not count. */
export function fullImageName(image: string): string {
  const [name = '', digest] = image.split('@')
  const slash = name.indexOf('/')
  const host = slash < 0 ? '' : name.slice(0, slash)
  const isHost = host === 'localhost' || /[.:]/.test(host)
  const path = isHost ? name.slice(slash + 1) : name
  const tagged = /^(.*?)(?::([^/:]*))?$/.exec(path)
  const repository = tagged?.[1] ?? path
  const place = isHost
    ? `${host}/${repository}`
    : `docker.io/${slash < 0 ? 'library/' : ''}${repository}`
  return digest === undefined
    ? `${place}:${tagged?.[2] ?? 'latest'}`
    : `${place}@${digest}`
}

/** By convention: there is no registry on the nodes themselves. */
export function isServedByNobody(image: string): boolean {
  return image.startsWith('localhost/')
}
