// Stops what inflates to more than any honest archive does.

import { aboveLimit } from '../ware/limit-check.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'

export interface InflationCheck {
  /** To be told of every chunk that came out. @throws R2k8sError ware-corrupt */
  readonly add: (length: number) => void
}

/** Below this nothing counts as a bomb. */
const freeBytes = 16 * 1024 * 1024
/** Headers of entries, and what fills them up. */
const allowance = 1024 ** 3

/** @param taken bytes of the archive so far */
export function createInflationCheck(
  limits: UnpackLimits,
  taken: () => number,
): InflationCheck {
  let given = 0
  return {
    add: (length) => {
      given += length
      if (given > freeBytes && given > taken() * limits.ratio) {
        throw aboveLimit(
          `it inflates to more than ${limits.ratio} times its size`,
          'ratio',
        )
      }
      if (given > limits.bytes + allowance) {
        throw aboveLimit(`it has more than ${limits.bytes} bytes, unpacked`, 'bytes')
      }
    },
  }
}
