// The tutorial of README.md: the files it shows and the commands it runs on a cluster, with what they
// print. `make demo` runs it, and an end-to-end test holds it against what it shows.

export interface Tutorial {
  /** By name. */
  readonly files: ReadonlyMap<string, string>
  readonly commands: readonly TutorialCommand[]
}

export interface TutorialCommand {
  /** 1-based line of the document. */
  readonly line: number
  readonly command: string
  /** Lines; `...` stands for any number of them. */
  readonly output: readonly string[]
}

const fence = '```'

/** @param text of the document, whose tutorial blocks open with `… tutorial` */
export function readTutorial(text: string): Tutorial {
  const files = new Map<string, string>()
  const commands: (TutorialCommand & { output: string[] })[] = []
  let info: string | undefined
  for (const [i, line] of text.split('\n').entries()) {
    if (line.startsWith(fence)) {
      info = info === undefined ? line.slice(fence.length) : undefined
      continue
    }
    if (info === undefined || !/ tutorial$/.test(info)) continue
    const file = / file=(\S+)/.exec(info)?.[1]
    if (file !== undefined) files.set(file, `${files.get(file) ?? ''}${line}\n`)
    else if (line.startsWith('$ ')) {
      commands.push({ line: i + 1, command: line.slice(2), output: [] })
    } else commands.at(-1)?.output.push(line)
  }
  return { files, commands }
}
