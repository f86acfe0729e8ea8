// Names of images that may be put into a pod: what registries and policy engines can parse, and
// never again a formula reference.

/** Source of a regular expression: host, path, tag and digest in the grammar of OCI. */
export const imagePattern =
  '^(?!repeatr:)(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[a-z0-9]+:[a-f0-9]{4,128})?$'

export function isImageName(text: string): boolean {
  return text.length <= 512 && new RegExp(imagePattern).test(text)
}
