// kubectl r2k8s doctor: its flags.

import type { Command } from 'commander'
import type { DoctorOptions } from '../doctor/doctor.ts'
import type { Io } from '../io.ts'
import { openTerminal, type ColorChoice } from '../terminal.ts'
import { markClusterCommand } from './cluster-options.ts'
import { outputOption } from './options.ts'

export function addDoctorCommand(program: Command, io: Io): void {
  markClusterCommand(program.command('doctor'))
    .summary('find what keeps formulas from running in a namespace')
    .description(
      'Checks this program, the cluster, the installation and the namespace, and says what to do about\n' +
        'what is wrong. Changes nothing: pods are only tried as dry runs.',
    )
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  kubectl r2k8s doctor -n web')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<DoctorOptions & { color: ColorChoice }>()
      const { doctor } = await import('../doctor/doctor.ts')
      await doctor(options, io, openTerminal(io, options.color))
    })
}
