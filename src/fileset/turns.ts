// When to let others run. Work on files is synchronous here; signals, uploads and progress wait for it.

/** Often enough for whoever presses Ctrl-C, too rare to cost anything. */
const turnMilliseconds = 50

/** True where the last turn is long enough ago: by the clock, as one record may cost thousands of calls. */
export function createTurns(): () => boolean {
  let last = performance.now()
  return () => {
    const now = performance.now()
    if (now - last < turnMilliseconds) return false
    last = now
    return true
  }
}
