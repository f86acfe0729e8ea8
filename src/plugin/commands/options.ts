// What the options and arguments of several commands have in common.

import { InvalidArgumentError, Option, type Command } from 'commander'
import { isImageName } from '../../mutate/image-name.ts'

/** An unset variable of a script would mean the working directory. */
export function notEmpty(value: string): string {
  if (value !== '') return value
  throw new InvalidArgumentError('It is empty: is a variable unset?')
}

/** For options that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, notEmpty(value)]
}

export function imageName(value: string): string {
  if (isImageName(value)) return value
  throw new InvalidArgumentError('It is no name of an image.')
}

export function progressOption(): Option {
  return new Option(
    '--progress <form>',
    'of transfers on stderr: a bar on terminals, else lines',
  )
    .choices(['auto', 'plain', 'json', 'none'])
    .default('auto')
}

export function outputOption(): Option {
  return new Option('-o, --output <form>', 'print for programs').choices(['json', 'yaml'])
}

/** Commander would let the last one win without a word; only what is collected may come again. */
export function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    const takesOne = option.required || option.optional
    if (!takesOne || option.parseArg === collect) continue
    let given = false
    command.on(`option:${option.name()}`, () => {
      if (given)
        command.error(`option '${option.flags}' is given twice; it takes one value`)
      given = true
    })
  }
  command.commands.forEach(refuseRepeats)
}
