// What happens to wares on their way, told while it happens. The shells print it: as lines, as
// progress bars, as rio's JSON.

export type TransferEvent =
  | {
      readonly kind: 'log'
      readonly level: 'error' | 'warn' | 'info' | 'debug'
      readonly message: string
      readonly detail?: readonly (readonly [name: string, value: string])[]
    }
  | {
      readonly kind: 'progress'
      /** Ware ID, or what stands for one that is not known yet. */
      readonly ware: string
      readonly phase: 'fetch' | 'pack' | 'mirror' | 'upload'
      /** Bytes of the archive (pack: of the files) so far, and of all where that is known. */
      readonly done: number
      readonly total?: number
    }

export type Report = (event: TransferEvent) => void
