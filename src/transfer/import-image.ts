// An OCI image, flattened into a ware.

import { quote } from '../errors.ts'
import { packRecords, type Packed, type PackingOptions } from './pack-records.ts'
import type { TransferContext } from './transfer-context.ts'

export interface ImportRequest extends PackingOptions {
  /** `registry/repository:tag`, `oci:DIR`, `docker-archive:FILE`, … */
  readonly image: string
  /** `linux/arm64`; that of this machine when absent. */
  readonly platform?: string
}

/** @throws R2k8sError */
export async function importImage(
  request: ImportRequest,
  context: TransferContext,
): Promise<Packed> {
  const { image, platform } = request
  const { openImage } = await import('./image/open-image.ts')
  const { flattenImage } = await import('./image/flatten-image.ts')
  const chosen = platform === undefined ? context : { ...context, platform }
  const source = await openImage(image, chosen)
  try {
    return await packRecords(
      {
        ...request,
        name: image,
        task: `import ${quote(image)}`,
        produce: async (sink) => {
          const { limits, report, signal } = context
          const scratch = context.scratch()
          const options = {
            limits,
            report,
            scratch,
            ...(signal !== undefined && { signal }),
          }
          await flattenImage(source, sink, options)
          return 'walked'
        },
      },
      context,
    )
  } finally {
    await source.close()
  }
}
