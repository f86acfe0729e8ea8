// What was being done when something below failed.

import { R2k8sError } from '../errors.ts'

/** Says of errors below what was being done. */
export async function inTask<Result>(
  task: string,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    const [first, ...others] = error.problems
    throw new R2k8sError([{ ...first, task }, ...others], { cause: error })
  }
}
