// What a formula says, in one model for all three dialects: defaults applied, places kept.

import type { WareId } from '../ware/ware-id.ts'

export type Dialect = 'legacy' | 'timeless' | 'warpforge'

export interface Formula {
  readonly dialect: Dialect
  /** The ID that the dialect's own tool prints in its run record (formulas.md §7). */
  readonly id: string
  /** Timeless: identity of the document as written, the memo key. The other dialects: `id`. */
  readonly rawId: string
  /** Bytewise sorted by path. */
  readonly inputs: readonly FormulaInput[]
  readonly action: Action
  /** Bytewise sorted by name. */
  readonly outputs: readonly FormulaOutput[]
}

export interface FormulaInput {
  /** The key as the document writes it: the path, or in legacy documents any name. */
  readonly name: string
  /** Absolute, cleaned: no trailing, double or dot segments. */
  readonly path: string
  readonly source: InputSource
  /** Unpack filters as the document writes them (Warpforge `basis` form); empty otherwise. */
  readonly filters: FilterWords
  /** Where the input stands in the text, as `file:line:col`. */
  readonly where: string
}

export type InputSource =
  | {
      readonly kind: 'ware'
      readonly wareId: WareId
      /**
       * Valid warehouse addresses as written, in order; only Warpforge's `ca+s3` is given as the
       * `ca+https` that it stands for. Not part of the identity.
       */
      readonly addresses: readonly string[]
    }
  | {
      readonly kind: 'mount'
      readonly mode: 'ro' | 'rw' | 'overlay'
      readonly hostPath: string
    }

/**
 * Filter words by name, e.g. `{ uid: 'keep', mtime: '@0' }`: of outputs in the vocabulary of
 * packing and normalised (times as `@seconds`), of inputs in that of unpacking and as written.
 */
export type FilterWords = Readonly<Record<string, string>>

export interface FormulaOutput {
  /** Key of `results` in the run record. */
  readonly name: string
  readonly path: string
  /** Always `tar` in Warpforge, whatever the document declares. */
  readonly packtype: string
  /** Unset names take the dialect's defaults when packing; see `filterPresets`. */
  readonly filters: FilterWords
  /** Legacy writes to all of these, Timeless to at most one; empty: hashed, not stored. */
  readonly addresses: readonly string[]
  readonly where: string
}

export type Policy = 'routine' | 'governor' | 'sysad'

export interface Action {
  readonly program: Program
  /** The dialect's default filled in: `/task`, `/` with the cradle disabled and in Warpforge. */
  readonly cwd: string
  /**
   * Environment with the dialect's defaults (PATH, HOME, USER) filled in and, for Warpforge, the
   * `$VAR` literals. Bytewise sorted by name.
   */
  readonly env: ReadonlyMap<string, string>
  readonly policy: Policy
  readonly user: User
  readonly hostname: string | undefined
  /** Whether cwd, home and /tmp are prepared before the program starts. */
  readonly cradle: boolean
  /** Warpforge alone can forbid it; true for the other dialects. */
  readonly network: boolean
}

export type Program =
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  /** Warpforge: each of `contents` is sourced in order by one process of `interpreter`. */
  | {
      readonly kind: 'script'
      readonly interpreter: string
      readonly contents: readonly string[]
    }
  /** Warpforge `echo`: declared, refused at execution. */
  | { readonly kind: 'echo' }

export interface User {
  readonly uid: number
  readonly gid: number
  readonly username: string
  /** Absolute path, or `''` when the document disables the cradle and names none. */
  readonly homedir: string
}
