// kubectl r2k8s formula: the verbs that need nothing but the formula's text.

import { Option, type Command } from 'commander'
import type { Io } from '../io.ts'

export function addFormulaCommand(program: Command, io: Io): void {
  const formula = program
    .command('formula')
    .summary('identify, check and convert formulas')
    .description('Works on the text of formulas alone; "-" is stdin.')
    .helpCommand(false)
    .addHelpText('after', '\nExample:\n  kubectl r2k8s formula check *.formula')

  formula
    .command('id')
    .summary("print a formula's ID")
    .description('Prints the ID that the tool of the dialect prints in its run records.')
    .argument('<file>', 'formula of any dialect')
    .option('--raw', 'the identity of the document as written (Timeless: the memo key)')
    .addHelpText('after', '\nExample:\n  kubectl r2k8s formula id web.formula')
    .action(async (file: string, flags: { raw?: boolean }) => {
      const { formulaId } = await import('../formula/verbs.ts')
      await formulaId(file, flags.raw ?? false, io)
    })

  formula
    .command('check')
    .summary('tell every problem of formulas, with its place')
    .description('Prints a line for each sound formula; problems go to stderr.')
    .argument('<files...>', 'formulas of any dialect')
    .addHelpText('after', '\nExample:\n  kubectl r2k8s formula check *.formula')
    .action(async (files: string[]) => {
      const { formulaCheck } = await import('../formula/verbs.ts')
      await formulaCheck(files, io)
    })

  formula
    .command('convert')
    .summary('write a formula in another dialect, where that loses nothing')
    .description(
      'Prints the converted formula. Its ID differs: each dialect has its own.',
    )
    .argument('<file>', 'formula of any dialect')
    .addOption(
      new Option('--to <dialect>', 'dialect to write')
        .choices(['warpforge', 'timeless'])
        .makeOptionMandatory(),
    )
    .addHelpText(
      'after',
      '\nExample:\n  kubectl r2k8s formula convert --to warpforge web.formula',
    )
    .action(async (file: string, flags: { to: 'warpforge' | 'timeless' }) => {
      const { formulaConvert } = await import('../formula/verbs.ts')
      await formulaConvert(file, flags.to, io)
    })
}
