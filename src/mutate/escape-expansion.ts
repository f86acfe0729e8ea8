// Text of a formula on its way into `command`, `args` or an env value.

/**
 * Writes `text` so that the kubelet's expansion of `$(NAME)` gives it back unchanged. The kubelet
 * also reads every `$$` as one `$` (k8s.io/kubernetes third_party/forked/golang/expansion), so
 * runs of dollars double as well; a lone `$` that opens nothing stays readable.
 */
export function escapeExpansion(text: string): string {
  if (!text.includes('$')) return text
  return text.replace(/\$\$+|\$(?=\()/g, (dollars) => dollars + dollars)
}
