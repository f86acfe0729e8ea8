// The version of the program: put in by the bundler, from package.json.

declare const R2K8S_VERSION: string | undefined

export const version = typeof R2K8S_VERSION === 'string' ? R2K8S_VERSION : '0.0.0-source'
