// Where the members of a zip archive lie: members that share their bytes are how its bombs are made.

import { corruptWare } from '../ware/ware-problems.ts'

export interface ZipPlaces {
  /** @throws R2k8sError ware-corrupt when it lies on another one, as far as that is seen now */
  readonly add: (start: number, end: number) => void
  /** @throws R2k8sError ware-corrupt when any two overlap */
  readonly finish: () => void
}

/** No member is shorter, so smaller gaps (checksums and sizes behind a content) hold none. */
const shortestMember = 30

/** @param directory offset of what follows all members */
export function createZipPlaces(directory: number): ZipPlaces {
  /** Members that follow each other are one range: usually there is only one. */
  const ranges: { start: number; end: number }[] = []

  return {
    add: (start, end) => {
      const last = ranges.at(-1)
      if (end > directory) throw sharing()
      if (last === undefined || start >= last.end + shortestMember || end <= last.start) {
        ranges.push({ start, end })
        return
      }
      if (start < last.end) throw sharing()
      last.end = end
    },
    finish: () => {
      ranges.sort((one, other) => one.start - other.start)
      let end = 0
      for (const range of ranges) {
        if (range.start < end) throw sharing()
        end = range.end
      }
    },
  }
}

function sharing(): Error {
  return corruptWare('entries of the zip archive share their bytes')
}
