import { R2k8sError, type Problem } from '../errors.ts'

/** Some outputs could not be packed or saved; the others were. */
export class PackingFailure extends R2k8sError {
  /** Ware IDs by name of the output. */
  readonly results: ReadonlyMap<string, string>

  constructor(
    problems: readonly [Problem, ...Problem[]],
    results: ReadonlyMap<string, string>,
  ) {
    super(problems)
    this.results = results
  }
}
