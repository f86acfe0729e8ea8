// For which machine a program is built: from the first bytes of its file.

/** Bytes of a file that are enough. */
export const programHeadBytes = 256

export type ProgramHead =
  /** `machine` is a value of `kubernetes.io/arch`; `undefined` for one that Kubernetes has no word for. */
  | { readonly kind: 'elf'; readonly machine: string | undefined }
  /** Of a script: the program its first line names. */
  | { readonly kind: 'script'; readonly interpreter: string }

const names: Readonly<Record<number, string>> = {
  3: '386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
}

/** `undefined` for what is neither. */
export function readProgramHead(head: Uint8Array): ProgramHead | undefined {
  if (head[0] === 0x23 && head[1] === 0x21) return readScript(head)
  const isElf = [0x7f, 0x45, 0x4c, 0x46].every((byte, i) => head[i] === byte)
  if (!isElf || head.length < 20) return undefined
  const little = head[5] !== 2
  const [low, high] = little ? [head[18], head[19]] : [head[19], head[18]]
  const code = (low ?? 0) | ((high ?? 0) << 8)
  const name = names[code]
  const wide = head[4] === 2
  if (name === 'mips') {
    return { kind: 'elf', machine: `mips${wide ? '64' : ''}${little ? 'le' : ''}` }
  }
  if (name === 'ppc64') return { kind: 'elf', machine: `ppc64${little ? 'le' : ''}` }
  return { kind: 'elf', machine: name }
}

/** `#! /bin/sh -e` */
function readScript(head: Uint8Array): ProgramHead | undefined {
  const line =
    String.fromCharCode(...head.subarray(2, programHeadBytes)).split('\n', 1)[0] ?? ''
  const interpreter = /^[ \t]*(\S+)/.exec(line)?.[1]
  return interpreter === undefined ? undefined : { kind: 'script', interpreter }
}
