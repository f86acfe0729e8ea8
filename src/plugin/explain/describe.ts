// An explanation as fields and groups of fields, in the layout of `kubectl describe`.

import type { Explanation, Rewrite } from './model.ts'
import { describeContainer, describeFetcher, type Group } from './describe-parts.ts'

export function describe(explanation: Explanation): Group {
  const { rewrite, leftAlone, warnings, status, nextStep, newestOf } = explanation
  const items: Group['items'][number][] = [
    { label: explanation.kind, values: [explanation.name] },
  ]
  const add = (label: string, ...values: readonly (string | undefined)[]) => {
    const told = values.filter((value) => value !== undefined)
    if (told.length > 0) items.push({ label, values: told })
  }
  add('Namespace', explanation.namespace)
  add('Where', explanation.where)
  if (newestOf !== undefined) {
    const { kind, name, pods } = newestOf
    const which = pods === 1 ? 'its only pod' : `the newest of its ${pods} pods`
    add('Owner', `${kind.toLowerCase()}/${name}, ${which}`)
  }
  add('Node', explanation.node)
  if (rewrite !== undefined) items.push(...describeRewrite(rewrite))
  add('Left alone', ...leftAlone.map(({ name, image }) => `${name} (${image})`))
  add('Warnings', ...warnings)
  add('Status', status?.message)
  const annotation = nextStep?.annotation && yamlLine(nextStep.annotation)
  add('Next step', nextStep?.text, annotation, nextStep?.command)
  return { label: '', items }
}

function describeRewrite(rewrite: Rewrite): Group['items'] {
  const { version, mode, machine, ownership, warehouseSecret } = rewrite
  const fields = [
    ['Rewritten', `${version === undefined ? '' : `by r2k8s ${version}, `}mode ${mode}`],
    ['Machine', machine && `${machine.type}, as ${machine.why}`],
    ['Ownership', ownership && `${ownershipOf(ownership)}, as ${ownership.why}`],
    ['Credentials', warehouseSecret && `from the Secret ${warehouseSecret}`],
  ] as const
  const { containers, fetchers } = rewrite
  const alone = containers.length === 1
  return [
    ...fields.flatMap(([label, value]) =>
      value === undefined ? [] : [{ label, values: [value] }],
    ),
    {
      label: 'Formula containers',
      items: containers.map(describeContainer),
    },
    {
      label: fetchers.length === 1 ? 'Fetcher' : 'Fetchers',
      items: fetchers.map((fetcher) => describeFetcher(fetcher, containers, alone)),
    },
  ]
}

function ownershipOf({ kind, user }: NonNullable<Rewrite['ownership']>): string {
  if (kind === 'keep') return 'kept as in the wares'
  return user === undefined
    ? 'all files are one user’s'
    : `all files belong to user ${user}`
}

/** As it stands in a manifest. */
function yamlLine({ name, value }: { readonly name: string; readonly value: string }) {
  return `${name}: '${value.replaceAll("'", "''")}'`
}
