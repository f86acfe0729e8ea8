// The forms of names that the API server accepts.

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** Of containers: at most 63 characters. */
export function isLabel(name: string): boolean {
  return label.test(name)
}

/** Of Secrets and Formulas: at most 253 characters. */
export function isSubdomain(name: string): boolean {
  return name.length <= 253 && subdomain.test(name)
}
