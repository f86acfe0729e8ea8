// The YAML package's tokens know what its nodes do not: where commas, anchors and tags stand.

import type { CST } from 'yaml'

/** From the first anchor or tag in front of a node to the end of the last. */
export interface Props {
  readonly start: number | undefined
  readonly end: number | undefined
}

export const noProps: Props = { start: undefined, end: undefined }

export type ItemToken =
  CST.BlockSequence['items'][number] | CST.FlowCollection['items'][number]

/** Tokens also have items that are nothing but a comment, or the end behind a trailing comma. */
export function isContent(item: ItemToken): boolean {
  if (item.key != null || item.sep !== undefined || item.value !== undefined) return true
  return item.start.some(
    ({ type }) =>
      type === 'seq-item-ind' ||
      type === 'anchor' ||
      type === 'tag' ||
      type === 'explicit-key-ind',
  )
}

/** The comma behind each item of a flow collection: its token stands at the start of the next. */
export function commasOf(token: CST.FlowCollection): (number | undefined)[] {
  const commas: (number | undefined)[] = []
  token.items.forEach((item, i) => {
    if (!isContent(item)) return
    commas.push(token.items[i + 1]?.start.find((each) => each.type === 'comma')?.offset)
  })
  return commas
}

export function propsIn(tokens: readonly CST.SourceToken[]): Props {
  const colon = tokens.findIndex((each) => each.type === 'map-value-ind')
  const props = tokens.filter(
    (each, i) => i > colon && (each.type === 'anchor' || each.type === 'tag'),
  )
  const last = props.at(-1)
  return {
    start: props[0]?.offset,
    end: last === undefined ? undefined : last.offset + last.source.length,
  }
}
