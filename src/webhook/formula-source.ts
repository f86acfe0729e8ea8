// Where the webhook's formulas come from: in the cluster a cache fed by a watch, in tests a map. They
// are prepared with the settings in force when they are asked for.

import type { PreparedFormula, UnusableFormula } from '../mutate/prepared-formula.ts'

export type FoundFormula = PreparedFormula | UnusableFormula

export interface FormulaSource {
  /** Whether everything that was there at the start has been read. */
  readonly isReady: () => boolean
  /** From memory, without waiting. */
  readonly get: (namespace: string, name: string) => FoundFormula | undefined
  /**
   * A Formula and the workload that names it are often applied in one go, and the watch is a
   * little behind. Resolves to undefined once `signal` is aborted; never rejects.
   */
  readonly waitFor: (
    namespace: string,
    name: string,
    signal: AbortSignal,
  ) => Promise<FoundFormula | undefined>
}
