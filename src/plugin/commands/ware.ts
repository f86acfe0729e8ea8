// kubectl r2k8s ware: rio's verbs, and what a cluster needs besides.

import { Argument, InvalidArgumentError, Option, type Command } from 'commander'
import type { Io } from '../io.ts'
import { openTerminal, type ColorChoice } from '../terminal.ts'
import type { ArchiveType } from '../ware/archive-type.ts'
import type { ServeOptions } from '../ware/serve/serve-wares.ts'
import type {
  ImportOptions,
  IndexOptions,
  MirrorOptions,
  PackOptions,
  ScanOptions,
  UnpackOptions,
} from '../ware/verbs.ts'
import { collect, notEmpty } from './options.ts'

export function addWareCommand(program: Command, io: Io): void {
  const ware = program
    .command('ware')
    .summary('pack, fetch, identify, copy and serve wares')
    .description(
      "Wares are filesets named by their hash. The verbs, formats and exit codes are rio's.",
    )
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nExample:\n  kubectl r2k8s ware pack tar ./app --target ca+file:///srv/wares',
    )
  addPack(ware, io)
  addUnpack(ware, io)
  addScan(ware, io)
  addMirror(ware, io)
  addIndex(ware, io)
  addImport(ware, io)
  addServe(ware, io)
}

const loadVerbs = () => import('../ware/verbs.ts')

function addPack(ware: Command, io: Io): void {
  const pack = ware
    .command('pack')
    .summary('hash a directory, store it, print its ware ID')
    .description(
      'Hashes a directory or file and prints its ware ID; stores it where --target says.',
    )
    .addArgument(packtypeArgument())
    .argument(
      '<path>',
      'directory or file; one that is missing gives the blank ware',
      notEmpty,
    )
  addPackFlags(pack, 'uid, gid 1000, mtime 2010-01-01, setid and dev rejected')
  addOutputFlags(pack)
    .addHelpText(
      'after',
      '\nExample:\n  kubectl r2k8s ware pack tar ./app --target ca+file:///srv/wares',
    )
    .action(async (packtype: ArchiveType, path: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<PackOptions>()
      await (await loadVerbs()).warePack(packtype, path, options, io)
    })
}

function addUnpack(ware: Command, io: Io): void {
  const unpack = ware
    .command('unpack')
    .summary('fetch a ware, verify it, place it')
    .description(
      'Fetches a ware from the first warehouse that has it as it should be, and replaces what is at\n' +
        'the path with its files. Prints the ID of what was placed. Nothing unverified gets there.',
    )
    .argument('<ware-id>', 'for example tar:6q7G4h…')
    .argument('<path>', 'directory that is replaced; "-" with --placer none', notEmpty)
    .option('--source <url>', 'warehouse to ask (repeatable, in order)', collect)
    .addOption(
      new Option('--placer <how>', 'through the cache, past it, or only into it')
        .choices(['copy', 'direct', 'none', 'mount'])
        .default('copy'),
    )
    .option(
      '--filters <words>',
      'changes to files: a preset (low-privilege, conservative, lossless, warpforge) and name=value',
    )
  addReadingFlags(unpack)
    .addHelpText(
      'after',
      '\nExample:\n  kubectl r2k8s ware unpack tar:6q7G4h… ./root --source ca+https://wares.example/',
    )
    .action(async (wareId: string, path: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<UnpackOptions>()
      await (await loadVerbs()).wareUnpack(wareId, path, options, io)
    })
}

function addScan(ware: Command, io: Io): void {
  const scan = ware
    .command('scan')
    .summary('identify an archive without unpacking it')
    .description('Prints the ware ID of an archive.')
    .addArgument(packtypeArgument())
    .addOption(
      new Option('--source <url>', 'the archive')
        .argParser(notEmpty)
        .makeOptionMandatory(),
    )
    .option('--filters <words>', 'changes to files: a preset and name=value')
  addReadingFlags(scan)
    .addHelpText(
      'after',
      '\nExample:\n  kubectl r2k8s ware scan tar --source file://app.tgz',
    )
    .action(async (packtype: ArchiveType, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ScanOptions>()
      await (await loadVerbs()).wareScan(packtype, options, io)
    })
}

function addMirror(ware: Command, io: Io): void {
  const mirror = ware
    .command('mirror')
    .summary('copy a ware to other warehouses')
    .description(
      'Copies a ware byte for byte. A target shows it once it has been verified, or not at all;\n' +
        'one that has it already is left alone.',
    )
    .argument('<ware-id>', 'for example tar:6q7G4h…')
    .addOption(
      new Option('--target <url>', 'warehouse to write to (repeatable)')
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .option('--source <url>', 'warehouse to ask (repeatable, in order)', collect)
  addReadingFlags(mirror)
    .addHelpText(
      'after',
      '\nExample:\n  kubectl r2k8s ware mirror tar:6q7G4h… --source https://a.example/app.tgz \\\n    --target oci://registry.example/wares',
    )
    .action(async (wareId: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<MirrorOptions>()
      await (await loadVerbs()).wareMirror(wareId, options, io)
    })
}

function addIndex(ware: Command, io: Io): void {
  ware
    .command('index')
    .summary('tell what is at the top of a ware')
    .description(
      'Prints top-level entries, size, number of records, strict digest and machine type as JSON,\n' +
        'and keeps them in the cache for template.',
    )
    .argument('<ware-or-file>', 'ware ID, or an archive on this machine', notEmpty)
    .option('--source <url>', 'warehouse to ask (repeatable, in order)', collect)
    .option(
      '--program <path>',
      'tell the machine type of this program, as a formula names it',
    )
    .addOption(limitsOption())
    .addHelpText(
      'after',
      '\nExample:\n  kubectl r2k8s ware index app.tgz --program /app/serve',
    )
    .action(async (what: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<IndexOptions>()
      await (await loadVerbs()).wareIndex(what, options, io)
    })
}

function addImport(ware: Command, io: Io): void {
  const importing = ware
    .command('import')
    .summary('make a ware of an OCI image')
    .description(
      'Flattens an image into a ware, whiteouts and hardlinks resolved. Its configuration (command,\n' +
        'environment, user) stays behind: that is what formulas are for.',
    )
    .argument(
      '<image>',
      'registry/name:tag, oci:DIR[:tag], oci-archive:FILE or docker-archive:FILE',
      notEmpty,
    )
    .option('--platform <os/arch>', "of an image for several; this machine's by default")
  addPackFlags(importing, 'lossless')
  addReadingFlags(importing)
    .addHelpText(
      'after',
      '\nExample:\n  kubectl r2k8s ware import docker-archive:app.tar --target ca+file:///srv/wares',
    )
    .action(async (image: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ImportOptions>()
      await (await loadVerbs()).wareImport(image, options, io)
    })
}

function addServe(ware: Command, io: Io): void {
  ware
    .command('serve')
    .summary('serve a directory of wares over HTTP')
    .description(
      'Serves a directory as a content-addressed warehouse, with ranges and ETags, until it is\n' +
        'interrupted. Prints the address to use. With --write, whoever has the token may put wares\n' +
        'there; each is verified before anybody sees it.',
    )
    .argument('<directory>', 'what a ca+file: address names', notEmpty)
    .option(
      '--listen <address>',
      'host:port, or :port for all addresses',
      '127.0.0.1:8010',
    )
    .option('--write', 'accept uploads')
    .option(
      '--token-file <file>',
      'holds the token of uploads; else R2K8S_WAREHOUSE_TOKEN',
      notEmpty,
    )
    .option('--max-upload <size>', 'of one ware (default: 64Gi)')
    .addHelpText(
      'after',
      '\nExample:\n  kubectl r2k8s ware serve /srv/wares --listen :8010',
    )
    .action(async (directory: string, flags: ServeOptions, command: Command) => {
      const { color } = command.optsWithGlobals<{ color: ColorChoice }>()
      const { serveWares } = await import('../ware/serve/serve-wares.ts')
      await serveWares({ ...flags, directory }, io, openTerminal(io, color))
    })
}

function packtypeArgument(): Argument {
  return new Argument('<packtype>', 'kind of archive').choices(['tar', 'zip'])
}

function addPackFlags(command: Command, filters: string): void {
  command
    .option(
      '--target <url>',
      'warehouse to write to (repeatable); none: only hash',
      collect,
    )
    .option(
      '--filters <words>',
      `changes to files: a preset (conservative, flatten, lossless, warpforge) and name=value (default: ${filters})`,
    )
    .addOption(
      new Option('--compression <kind>', 'of what is stored; IDs do not depend on it')
        .choices(['gzip', 'zstd', 'none'])
        .default('gzip'),
    )
    .option('--level <n>', 'gzip 1 to 9 (4), zstd 1 to 19 (3)', readLevel)
}

function addReadingFlags(command: Command): Command {
  return addOutputFlags(command).addOption(limitsOption())
}

function addOutputFlags(command: Command): Command {
  return command.addOption(
    new Option('--format <form>', "rio's lines for people or for programs")
      .choices(['dumb', 'json'])
      .default('dumb'),
  )
}

function limitsOption(): Option {
  return new Option(
    '--limits <limits>',
    'what an archive may hold: entries=, bytes=, path-bytes=, ratio= (also R2K8S_LIMITS)',
  )
}

function readLevel(text: string): number {
  const level = Number(text)
  if (Number.isInteger(level) && level >= 1 && level <= 19) return level
  throw new InvalidArgumentError('It is no number from 1 to 19.')
}
