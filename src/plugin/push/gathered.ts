// What a call of `push` is about.

import type { FormulaFile } from '../formula/formula-files.ts'
import type { Piece } from '../manifests/join-manifests.ts'
import type { PlacedDecision, PlacedNote } from '../manifests/warnings.ts'

export interface WantedFormula {
  readonly file: FormulaFile
  /** In the cluster. */
  readonly name: string
  /** Undefined: that of the command. */
  readonly namespace: string | undefined
}

export interface Gathered {
  readonly wanted: readonly WantedFormula[]
  readonly decisions: readonly PlacedDecision[]
  readonly notes: readonly PlacedNote[]
  /** For stdout, once all of them are there. */
  readonly printed: readonly Piece[]
  /** What else the user is told. */
  readonly remarks: readonly string[]
}
