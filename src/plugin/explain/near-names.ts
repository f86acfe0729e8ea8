// Names that somebody may have meant.

/** The nearest first, at most five. */
export function nearNames(wanted: string, names: readonly string[]): string[] {
  // Two letters exchanged are two edits; of a name that short, all of it.
  const farthest = wanted.length < 3 ? 1 : Math.max(2, wanted.length / 3)
  return names
    .map((name) => ({ name, distance: distanceOf(wanted, name) }))
    .filter(({ distance }) => distance <= farthest)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 5)
    .map(({ name }) => name)
}

/** Names of pods begin with those of their workloads: that is near. */
function distanceOf(wanted: string, name: string): number {
  if (name.startsWith(`${wanted}-`)) return 0
  if (wanted !== '' && (name.includes(wanted) || wanted.includes(name))) return 1
  return editDistance(wanted, name)
}

/** Letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
