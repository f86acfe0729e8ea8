// Lengths of time as kubectl shows them: two units at the most, the smaller one only while it matters.

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** `45s`, `6m17s`, `35m`, `5h12m`, `3d4h`, `90d`. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 2 * minute) return `${seconds}s`
  if (seconds < 10 * minute) return two(seconds, [minute, 'm'], [1, 's'])
  if (seconds < 3 * hour) return `${Math.floor(seconds / minute)}m`
  if (seconds < 8 * hour) return two(seconds, [hour, 'h'], [minute, 'm'])
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)}h`
  if (seconds < 8 * day) return two(seconds, [day, 'd'], [hour, 'h'])
  return `${Math.floor(seconds / day)}d`
}

function two(
  seconds: number,
  [large, largeName]: readonly [number, string],
  [small, smallName]: readonly [number, string],
): string {
  const rest = Math.floor((seconds % large) / small)
  const head = `${Math.floor(seconds / large)}${largeName}`
  return rest === 0 ? head : `${head}${rest}${smallName}`
}
