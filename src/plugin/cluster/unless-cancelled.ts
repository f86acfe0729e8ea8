import { R2k8sError } from '../../errors.ts'

/** A request that the user broke off is no cluster out of reach. */
export async function unlessCancelled<T>(
  asked: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (!signal.aborted) throw error
    const why = 'it was interrupted'
    throw new R2k8sError([{ code: 'cancelled', task: 'go on', why }], { cause: error })
  }
}
