// Holds what the documents show against the program: README.md is run, excerpts are compared with
// the files they name, links must lead somewhere. Needs the bundle: `make unit` builds it first.

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shows } from './shows.ts'

const root = new URL('..', import.meta.url).pathname
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].concat(
  globSync('docs/**/*.md', { cwd: root }).sort(),
)

interface Block {
  readonly document: string
  /** 1-based line of the opening fence. */
  readonly line: number
  /** What stands behind the fence: `yaml file=web.yaml`, `console`, … */
  readonly info: string
  readonly lines: readonly string[]
}

const fence = '```'

function fencedBlocks(document: string): Block[] {
  const blocks: Block[] = []
  let open: (Block & { lines: string[] }) | undefined
  for (const [i, text] of read(document).split('\n').entries()) {
    if (!text.startsWith(fence)) open?.lines.push(text)
    else if (open === undefined) {
      open = { document, line: i + 1, info: text.slice(fence.length), lines: [] }
    } else {
      blocks.push(open)
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`${document}:${open.line} is never closed`)
  return blocks
}

/** `web.yaml` of a block that opens with `yaml file=web.yaml`. */
function attribute({ info }: Block, name: string): string | undefined {
  const words = info.split(' ').map((word) => word.split('='))
  return words.find(([key, value]) => key === name && value !== undefined)?.[1]
}

/** Fails with the difference of the two when one does not show the other. */
function expectShown(shown: readonly string[], actual: string): void {
  const lines = actual === '' ? [] : actual.replace(/\n$/, '').split('\n')
  if (!shows(shown, lines)) expect(lines.join('\n')).toBe(shown.join('\n'))
}

interface Command {
  /** `README.md:12` */
  readonly place: string
  readonly command: string
  readonly output: readonly string[]
}

function commandsOf({ document, line, lines }: Block): Command[] {
  const commands: (Command & { output: string[] })[] = []
  for (const [i, text] of lines.entries()) {
    const place = `${document}:${line + 1 + i}`
    const last = commands.at(-1)
    if (text.startsWith('$ '))
      commands.push({ place, command: text.slice(2), output: [] })
    else if (last === undefined) throw new Error(`${place}: output of no command`)
    else last.output.push(text)
  }
  return commands
}

const isFile = (block: Block): boolean => attribute(block, 'file') !== undefined
const isConsole = ({ info }: Block): boolean => info === 'console'
/** Run on a cluster: test/e2e/pods/tutorial.test.ts. */
const isTutorial = ({ info }: Block): boolean => info === 'console tutorial'
const isShell = ({ info }: Block): boolean => info === 'sh'

describe('README.md', () => {
  const blocks = fencedBlocks('README.md')
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-readme-'))

  beforeAll(() => {
    for (const block of blocks.filter(isFile)) {
      const file = join(directory, attribute(block, 'file') ?? '')
      writeFileSync(file, `${block.lines.join('\n')}\n`)
    }
  })
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  test('holds files, consoles and shell commands, and no block that nobody checks', () => {
    const checked = (each: Block) => isFile(each) || isConsole(each) || isTutorial(each)
    const others = blocks.filter((each) => !checked(each))
    expect(others.filter((each) => !isShell(each))).toEqual([])
  })

  test.each(blocks.filter(isConsole).flatMap(commandsOf))(
    '$place: the output of `$command` is what it shows',
    ({ command, output }) => {
      const { status, stdout } = spawnSync('bash', ['-c', `{ ${command}\n} 2>&1`], {
        cwd: directory,
        encoding: 'utf8',
        env: { HOME: directory, PATH: `${root}bin:${process.env['PATH'] ?? ''}` },
      })
      expectShown(output, stdout)
      expect(status !== 0).toBe(output.some((line) => line.startsWith('error:')))
    },
  )
})

describe('all documents', () => {
  const targets = [...read('Makefile').matchAll(/^([a-z][a-z0-9-]*):/gm)].map(
    ([, target]) => target,
  )

  // Installing, cloning and PATH are not for a test to do. What can be told is told.
  test.each(documents.flatMap(fencedBlocks).filter(isShell).flatMap(commandsOf))(
    '$place: `$command` names a target of the Makefile, or is git or a PATH',
    ({ command, output }) => {
      expect(output).toEqual([])
      const [program, ...words] = command.replace(/\s+#.*/, '').split(' ')
      if (program === 'make') {
        for (const word of words) expect(targets).toContain(word)
      } else {
        expect(command).toMatch(/^(git |export PATH=)/)
      }
    },
  )

  test.each(documents)('%s: every link leads somewhere', (document) => {
    const dead = linksOf(document).filter((link) => {
      const [path = '', heading] = link.split('#')
      const target = path === '' ? document : join(dirname(document), path)
      if (!existsSync(join(root, target))) return true
      return heading !== undefined && !headingsOf(target).includes(heading)
    })
    expect(dead).toEqual([])
  })

  const excerpts = documents
    .flatMap(fencedBlocks)
    .map((block) => ({ ...block, from: attribute(block, 'from') ?? '' }))
    .filter(({ from }) => from !== '')

  test.each(excerpts)(
    '$document:$line: the excerpt is one of $from',
    ({ lines, from }) => {
      expectShown(lines, read(from))
    },
  )
})

/** Relative links outside of blocks. */
function linksOf(document: string): string[] {
  const text = read(document).replace(/^```[^]*?^```$/gm, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .flatMap(([, link]) => link ?? [])
    .filter((link) => !/^[a-z]+:/.test(link))
}

/** As a renderer of Markdown makes them into anchors. */
function headingsOf(document: string): string[] {
  return [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test('docs/reference/annotations.md names the annotations of the source, and no others', () => {
  const source = readdirSync(join(root, 'src/mutate')).flatMap((file) =>
    annotationsIn(read(`src/mutate/${file}`)),
  )
  const documented = annotationsIn(read('docs/reference/annotations.md'))
  expect([...new Set(documented)].sort()).toEqual([...new Set(source)].sort())
})

/** Names in quotes; a bare `r2k8s.io/` is the prefix, by which mistyped ones are found. */
function annotationsIn(text: string): string[] {
  const names = text.matchAll(/['`](formula\.r2k8s\.io\/|r2k8s\.io\/[a-z-]+)/g)
  return [...names].flatMap(([, name]) => name ?? [])
}

test('CONTRIBUTING.md has a line for every folder of src/ and test/', () => {
  const map = read('CONTRIBUTING.md')
  const folders = ['src', 'test'].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${parent}/${entry.name}/`),
  )
  expect(folders.filter((folder) => !map.includes(`\`${folder}\``))).toEqual([])
})
