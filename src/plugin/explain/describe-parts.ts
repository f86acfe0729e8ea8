// Formula containers and fetchers as fields.

import { formatBytes } from '../ware/format-bytes.ts'
import { formatAge } from '../webhook/format-age.ts'
import type {
  Fetcher,
  FormulaContainer,
  FormulaState,
  PlacedWare,
  Remark,
  Transfer,
} from './model.ts'

export interface Field {
  readonly label: string
  /** Below each other. */
  readonly values: readonly string[]
}

export interface Group {
  readonly label: string
  readonly items: readonly (Field | Group)[]
}

export function describeContainer(container: FormulaContainer): Group {
  const { reference, formula, command, commandOf, directory, user, root } = container
  const pod = commandOf === 'pod' ? ' (of the pod, not of the formula)' : ''
  const runs = command.length === 0 ? 'nothing' : command.map(shellWord).join(' ')
  const owner = user === undefined ? '' : ` as user ${user.uid}, group ${user.gid}`
  const where = directory === undefined ? '' : ` in ${directory}`
  const title = container.isInit ? `${container.name} (init container)` : container.name
  return group(title, [
    ['Reference', reference],
    ['Formula ID', container.formulaId],
    ['Formula', formula && formulaWords(formula)],
    ['Runs', `${runs}${pod}`],
    ['', `${owner}${where}`.trim()],
    ['Base image', container.baseImage],
    ['Root', rootWords(root)],
    ['Wares', ...container.wares.flatMap(wareLines(container.wares))],
    ['Mounts', container.mounts.join(' ')],
    [
      'Other mounts',
      ...container.otherMounts.map(({ path, volume }) => `${path} (volume ${volume})`),
    ],
    ['Notes', ...container.notes.flatMap(noteLine)],
  ])
}

function group(
  label: string,
  rows: readonly (readonly [string, ...(string | undefined)[]])[],
): Group {
  return {
    label,
    items: rows.flatMap(([name, ...values]) => {
      const told = values.flatMap((value) => value || [])
      return told.length === 0 ? [] : [{ label: name, values: told }]
    }),
  }
}

/** Whose the files are is told of the pod. */
function noteLine({ level, code, message }: Remark): string[] {
  return code === 'ownership-flattened' ? [] : [`${level}: ${message}`]
}

function formulaWords({ name, state, id }: FormulaState): string {
  switch (state) {
    case 'unchanged':
      return `${name}, unchanged`
    case 'changed':
      return `${name} is another one by now, deleted and created with the ID ${id ?? ''}: new pods run that`
    case 'deleted':
      return `${name} is deleted: this pod goes on, new ones are refused`
    case 'unknown':
      return `${name} (may not be read)`
  }
}

function rootWords({ mode, volume, writable }: FormulaContainer['root']): string {
  const whose = mode === 'copy' ? "the pod's own copy" : mode
  const where = volume === undefined ? '' : ` in volume ${volume}`
  return `${whose}${where}, ${writable ? 'writable' : 'read-only'}`
}

function wareLines(all: readonly PlacedWare[]) {
  const width = Math.max(...all.map(({ path }) => path.length))
  return ({ ware, path, warehouses }: PlacedWare): string[] => [
    `${path.padEnd(width)}  ${ware}`,
    ...warehouses.map(
      (address, i) => `${' '.repeat(width)}  ${i === 0 ? 'from' : 'then'} ${address}`,
    ),
  ]
}

export function describeFetcher(
  fetcher: Fetcher,
  containers: readonly FormulaContainer[],
  alone: boolean,
): Group {
  const placed = containers.flatMap(({ name, wares }) =>
    wares.map(({ ware, path }) => ({ ware, place: alone ? path : `${name}:${path}` })),
  )
  const fetched = fetcher.transfers.map(
    (transfer) =>
      [
        placed.find(({ ware }) => ware === transfer.ware)?.place ?? transfer.ware,
        transferWords(transfer),
      ] as const,
  )
  const width = Math.max(0, ...fetched.map(([place]) => place.length))
  return group(fetcher.name, [
    ['Image', fetcher.image],
    ['State', stateWords(fetcher)],
    ['Fetched', ...fetched.map(([place, words]) => `${place.padEnd(width)}  ${words}`)],
    ['Warnings', ...fetcher.warnings],
  ])
}

function stateWords(fetcher: Fetcher): string | undefined {
  const { state, restarts = 0, startedAt = '', finishedAt = '' } = fetcher
  const again = restarts > 0 ? `, attempt ${restarts + 1}` : ''
  const took = Date.parse(finishedAt) - Date.parse(startedAt)
  if (state === undefined) return undefined
  const times = Number.isFinite(took) ? ` in ${formatAge(took)}, at ${finishedAt}` : ''
  switch (state) {
    case 'done':
      return `done${times}${again}`
    case 'failed':
      return `failed${times.replace(' in ', ' after ')}${again}`
    case 'running':
      return `running since ${startedAt}${again}`
    case 'waiting':
      return 'not started yet'
  }
}

function transferWords({ bytes, total, seconds }: Transfer): string {
  const of = total === undefined || total === bytes ? '' : ` of ${formatBytes(total)}`
  const time = seconds === undefined ? '' : ` in ${seconds.toFixed(1)} s`
  return `${formatBytes(bytes)}${of}${time}`
}

/** As a shell would be given it. */
function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}
