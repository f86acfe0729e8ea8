// Commands that say what they would do, as kubectl's.

export type DryRun = 'none' | 'client' | 'server'

/** Behind every line that tells of a deed, as kubectl says it. */
export const dryRunEndings: Readonly<Record<DryRun, string>> = {
  none: '',
  client: ' (dry run)',
  server: ' (server dry run)',
}
