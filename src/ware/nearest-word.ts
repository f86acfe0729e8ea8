// "did you mean": the known word closest to a mistyped one.

/** `undefined` when nothing is close: more than a third of the letters would have to change. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined
  let nearest: string | undefined
  let least = Math.floor(Math.max(word.length, 3) / 3) + 1
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      least = distance
      nearest = candidate
    }
  }
  return nearest
}

/** Nobody mistypes a member name this long; the distance costs the product of both lengths. */
const longestWord = 64

/** Edits of one letter, or swaps of two neighbours; one row of the table at a time. */
function editDistance(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const [a, b] = [from.charAt(i - 1), to.charAt(j - 1)]
      const changed = (row[j - 1] ?? 0) + (a === b ? 0 : 1)
      const least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, changed)
      const swapped = i > 1 && j > 1 && a === to.charAt(j - 2) && b === from.charAt(i - 2)
      next.push(swapped ? Math.min(least, (before[j - 2] ?? 0) + 1) : least)
    }
    before = row
    row = next
  }
  return row[to.length] ?? 0
}
