// The lines of a stream of text.

/** Without their line breaks; the last one also when it has none. @throws what `chunks` throws */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let parts: string[] = []
  for await (const chunk of chunks) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n')
    // One object may fill many chunks: they are joined once.
    for (const [i, line] of lines.entries()) {
      parts.push(line)
      if (i === lines.length - 1) break
      yield parts.join('')
      parts = []
    }
  }
  const rest = parts.join('')
  if (rest !== '') yield rest
}
