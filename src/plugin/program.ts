// The tree of subcommands. Each command's work is loaded when it is called: `-h` waits for nothing.

import { Command, Help, Option } from 'commander'
import {
  clusterOptions,
  isClusterCommand,
  isClusterOption,
} from './commands/cluster-options.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addExplainCommand } from './commands/explain.ts'
import { addFormulaCommand } from './commands/formula.ts'
import { addPushCommand } from './commands/push.ts'
import { addInstallCommands } from './commands/install.ts'
import { addTemplateCommand } from './commands/template.ts'
import { progressOption, refuseRepeats } from './commands/options.ts'
import { addRunCommands } from './commands/run.ts'
import { addVersionCommand } from './commands/version.ts'
import { addWareCommand } from './commands/ware.ts'
import { addWebhookCommand } from './commands/webhook.ts'
import type { Io } from './io.ts'

export function buildProgram(io: Io): Command {
  const program = new Command('kubectl r2k8s')
    .description('Run formulas (Repeatr, Timeless, Warpforge) on Kubernetes.')
    .version(io.version, '--version', 'print the version of this program')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command...]', 'print the help of a command')
    .addOption(colorOption())
    .addOption(progressOption())
    .addHelpText('after', overview)
    .configureHelp({
      showGlobalOptions: true,
      helpWidth: 100,
      visibleGlobalOptions(command) {
        const all = Help.prototype.visibleGlobalOptions.call(this, command)
        return isClusterCommand(command)
          ? all
          : all.filter((option) => !isClusterOption(option))
      },
    })
    .configureOutput({
      writeOut: io.writeStdout,
      writeErr: io.writeStderr,
      outputError: () => undefined, // told by run(), in the form of all other errors
    })
    .exitOverride()
  for (const option of clusterOptions()) program.addOption(option)
  addTemplateCommand(program, io)
  addPushCommand(program, io)
  addFormulaCommand(program, io)
  addWareCommand(program, io)
  addRunCommands(program, io)
  addInstallCommands(program, io)
  addWebhookCommand(program, io)
  addDoctorCommand(program, io)
  addExplainCommand(program, io)
  addVersionCommand(program, io)
  refuseRepeats(program)
  return program
}

function colorOption(): Option {
  return new Option('--color <when>', 'colour words on stderr')
    .choices(['auto', 'always', 'never'])
    .default('auto')
}

const overview = `
Example:
  kubectl r2k8s template web.yaml | kubectl apply -f -

Data goes to stdout, words to stderr.`
