/** Thrown by a command that has told all it had to tell: the process ends with the code. */
export class Exit extends Error {
  override readonly name = 'Exit'
  readonly code: number

  constructor(code: number) {
    super(`ends with ${code}`)
    this.code = code
  }
}
