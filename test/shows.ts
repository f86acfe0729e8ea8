/** A line `...` stands for any number of lines, none included. */
export function shows(shown: readonly string[], actual: readonly string[]): boolean {
  const [first, ...rest] = shown
  if (first === undefined) return actual.length === 0
  if (first !== '...') return actual[0] === first && shows(rest, actual.slice(1))
  return [...actual, ''].some((_, skipped) => shows(rest, actual.slice(skipped)))
}
