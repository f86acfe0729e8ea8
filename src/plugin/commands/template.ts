// kubectl r2k8s template: its flags, and the settings they make.

import { Option, type Command } from 'commander'
import type { Io } from '../io.ts'
import { openTerminal, type ColorChoice } from '../terminal.ts'
import type { TemplateOptions } from '../template/template.ts'
import { collect, imageName } from './options.ts'

export function addTemplateCommand(program: Command, io: Io): void {
  program
    .command('template')
    .summary('rewrite manifests so that formula references run on any cluster')
    .description(
      'Rewrites every container whose image is a formula reference; all else comes out byte for\n' +
        'byte. Reads stdin when no file is given. Writes nothing unless all is well.',
    )
    .argument('[files...]', 'manifests; "-" is stdin')
    .option('-f, --filename <file>', 'manifest, directory of manifests, or "-"', collect)
    .option('-R, --recursive', 'look into the directories below those of -f, too')
    .addOption(
      new Option('--report [form]', 'tell on stderr what was decided for each container')
        .choices(['table', 'json'])
        .preset('table'),
    )
    .option(
      '--settings <file>',
      'settings document (YAML or JSON) instead of the defaults',
    )
    .option(
      '--agent-image <ref>',
      'image of the init container that fetches wares',
      imageName,
    )
    .option('--base-image <ref>', 'image that rewritten containers run on', imageName)
    .addOption(
      new Option(
        '--ownership <whose>',
        "files as in the ware, or all the container's user's",
      ).choices(['keep', 'flatten', 'auto']),
    )
    .option(
      '--source <url>',
      "warehouse asked before the formulas' own (repeatable)",
      collect,
    )
    .option(
      '--index',
      'read what wares hold from their warehouses; else only what is on this machine counts',
    )
    .addHelpText('after', example)
    .action(async (files: string[], flags: TemplateOptions, command: Command) => {
      const { color } = command.optsWithGlobals<{ color: ColorChoice }>()
      const { template } = await import('../template/template.ts')
      await template({ ...flags, files }, io, openTerminal(io, color))
    })
}

const example = `
Example:
  kubectl r2k8s template web.yaml | kubectl apply -f -
  kubectl r2k8s template -f deploy/ -R --source https://wares.example/ --report > all.yaml

A formula reference is a path (./web.formula, relative to the manifest) or names a Formula
object (repeatr:0/web) that stands among the manifests.`
