/** Spread into `push`, a hundred thousand items would not fit on the stack. */
export function append<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item)
}
