// The borders between the rooms of docs/architecture.md, as an ESLint rule: which folder of src/ may
// import which, and which of them an outside library. What is not listed is forbidden.
import { dirname, relative, resolve, sep } from 'node:path'

const core = ['ground', 'ware', 'formula', 'plot', 'patch', 'mutate']
const adapters = [
  'manifest',
  'settings',
  'archive',
  'fileset',
  'http',
  'warehouse',
  'git',
  'cluster',
  'workspace',
]

/** Outside libraries of the adapters that do I/O. */
const io = {
  archive: ['xz-decompress'],
  fileset: [],
  http: ['undici'],
  warehouse: ['aws4fetch'],
  git: [],
  cluster: ['undici', '@kubernetes/client-node'],
}

/** `ground` is what lies in src/ itself. Core imports only downwards, in the order of its list. */
const rooms = new Map([
  ...core.map((room, level) => [
    room,
    { may: core.slice(0, level), libraries: coreLibraries(room) },
  ]),
  ['manifest', { may: core, libraries: ['yaml', 'node:buffer'] }],
  // The text of settings is read as that of manifests is.
  ['settings', { may: [...core, 'manifest'], libraries: ['ajv'] }],
  // What several of those that do I/O need of the machine.
  ['host', { may: core, libraries: [], builtins: true }],
  ...Object.entries(io).map(([room, libraries]) => [
    room,
    { may: [...core, 'host'], libraries, builtins: true },
  ]),
  // Catalogs and warehouses of the machine; what a ware comes by, others fetch.
  ['workspace', { may: [...core, 'host'], libraries: [], builtins: true }],
  // One run in the cluster: its Job, its pod, its logs.
  ['run', { may: [...core, 'host', 'cluster'], libraries: [], builtins: true }],
  // The way of a ware through the adapters, which do not know each other.
  [
    'transfer',
    { may: [...core, 'host', ...Object.keys(io)], libraries: [], builtins: true },
  ],
  ...[
    ['plugin', ['commander']],
    ['webhook', ['fastify', 'pino', 'prom-client', 'selfsigned']],
    ['agent', []],
  ].map(([room, libraries]) => [
    room,
    { may: [...core, 'host', ...adapters, 'transfer', 'run'], libraries, builtins: true },
  ]),
])

function coreLibraries(room) {
  if (room === 'ground' || room === 'plot') return []
  return room === 'ware' ? ['node:crypto', 'node:buffer'] : ['node:crypto']
}

export const borders = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const src = resolve(context.cwd, 'src')
    const here = roomOf(context.filename, src)
    const check = (node, source) => {
      if (typeof source !== 'string') return
      const why = whyForbidden(source, context.filename, here, src)
      if (why !== undefined) context.report({ node, message: why })
    }
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => check(node, node.source.value),
    }
  },
}

function whyForbidden(source, file, here, src) {
  const room = rooms.get(here)
  if (room === undefined)
    return `src/${here} has no borders: give it some in tools/eslint-borders.js`
  if (source.startsWith('.')) {
    const there = roomOf(resolve(dirname(file), source), src)
    if (there === here || room.may.includes(there)) return undefined
    return `${here} may not import ${there}: docs/architecture.md gives the direction`
  }
  if (room.libraries.includes(source)) return undefined
  if (source.startsWith('node:')) {
    return room.builtins ? undefined : `${here} does no I/O: no ${source}`
  }
  return `${source} is not for ${here}: one importer per library`
}

function roomOf(file, src) {
  const [first, ...inside] = relative(src, file).split(sep)
  return inside.length === 0 ? 'ground' : first
}
