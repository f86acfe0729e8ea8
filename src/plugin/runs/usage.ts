import { R2k8sError } from '../../errors.ts'

/** What is wrong with the command line. */
export function usage(task: string, why: string, ...hints: string[]): R2k8sError {
  return new R2k8sError([{ code: 'usage', task, why, hints }])
}
