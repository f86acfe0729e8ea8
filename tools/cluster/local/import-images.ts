// Images of an archive, put on the node.

import { run } from '../command.ts'
import { inside } from './layout.ts'

/** @param first the first process inside @param archive of OCI or Docker */
export async function importImages(first: number, archive: string): Promise<void> {
  // The archive lies where the cluster's own mounts may hide it.
  await run('sh', [
    '-euc',
    'exec nsenter --target "$1" --net --mount --pid -- "$2" --address "$3" -n k8s.io images import --local - <"$4" >/dev/null',
    ...[
      'import',
      String(first),
      `${inside}/bin/ctr`,
      `${inside}/containerd.sock`,
      archive,
    ],
  ])
}
