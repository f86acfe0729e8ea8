import { describe, expect, test } from 'vitest'
import { identify, record } from './records.ts'

const elf = (machine: number, { wide = 2, endian = 1 } = {}): string => {
  const code = [machine & 0xff, machine >> 8]
  if (endian === 2) code.reverse()
  return `\x7fELF${String.fromCharCode(wide, endian, 1, ...Array<number>(11).fill(0), ...code)}`.padEnd(
    64,
    '\0',
  )
}
const program = (path: string, content: string) =>
  record(path, 'file', { content, mode: 0o755 })
const machineOf = (records: Parameters<typeof identify>[0], name?: string) => {
  const index = name === undefined ? {} : { program: name }
  const { index: made, programMachine } = identify(records, { index })
  return name === undefined ? made?.machine : programMachine
}

describe('the index of a ware', () => {
  test('lists the top level, counts and sums', () => {
    const { index, strictDigest } = identify(
      [
        record('.', 'directory'),
        record('usr/bin/x', 'file', { content: '12345' }),
        record('bin', 'symlink', { target: 'usr/bin' }),
        record('f', 'file', { content: '1' }),
        record('pipe', 'fifo'),
      ],
      { index: {} },
    )
    expect(index).toEqual({
      entries: [
        { name: 'bin', kind: 'link', target: 'usr/bin' },
        { name: 'f', kind: 'file' },
        { name: 'usr', kind: 'directory' },
      ],
      size: 6,
      files: 5,
      strictDigest,
    })
  })

  const machines: [string, string][] = [
    ['amd64', elf(62)],
    ['arm64', elf(183)],
    ['386', elf(3, { wide: 1 })],
    ['arm', elf(40, { wide: 1 })],
    ['s390x', elf(22, { endian: 2 })],
    ['ppc64le', elf(21)],
    ['ppc64', elf(21, { endian: 2 })],
    ['riscv64', elf(243)],
    ['mips64le', elf(8)],
    ['mips', elf(8, { wide: 1, endian: 2 })],
  ]
  test.each(machines)('tells %s by the ELF header', (machine, content) => {
    expect(machineOf([program('bin/x', content)], '/bin/x')).toBe(machine)
  })

  const mixed = [
    program('usr/bin/arm', elf(183)),
    program('usr/bin/intel', elf(62)),
    record('bin', 'symlink', { target: '/usr/bin' }),
    record('usr/bin/hop', 'symlink', { target: '../../bin/arm' }),
    record('usr/bin/loop', 'symlink', { target: 'loop' }),
    program('usr/bin/script', '#! /bin/hop -e\necho'),
    program('usr/bin/self', '#!/bin/self\n'),
  ]
  const programs: [string, string | undefined][] = [
    ['/usr/bin/arm', 'arm64'],
    ['/bin/intel', 'amd64'],
    ['bin/hop', 'arm64'],
    ['intel', 'amd64'],
    ['/bin/script', 'arm64'],
    ['/bin/loop', undefined],
    ['/bin/self', undefined],
    ['/bin/none', undefined],
    ['/../../bin/intel', 'amd64'],
  ]
  test.each(programs)(
    'follows links and scripts inside the ware: %s is %s',
    (name, machine) => {
      expect(machineOf(mixed, name)).toBe(machine)
    },
  )

  test('without a program: what all programs have in common', () => {
    expect(machineOf([program('a', elf(62)), program('b', elf(62)), record('c')])).toBe(
      'amd64',
    )
    expect(machineOf(mixed)).toBeUndefined()
    expect(machineOf([record('a', 'file', { content: elf(62) })])).toBeUndefined()
  })

  test('reads a header that comes in pieces', async () => {
    const { createIdentifier } = await import('../../src/ware/identify.ts')
    const identifier = createIdentifier({ index: {} })
    const { entry, content } = program('x', elf(62))
    identifier.entry(entry)
    for (const byte of Buffer.from(content, 'latin1'))
      identifier.content(Uint8Array.of(byte))
    identifier.endFile()
    expect(identifier.finish().index?.machine).toBe('amd64')
  })
})
