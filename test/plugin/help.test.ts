import { describe, expect, test } from 'vitest'
import { buildProgram } from '../../src/plugin/program.ts'
import { directoryWith, kubectlR2k8s, quietIo } from './cli.ts'

const { commands } = buildProgram(quietIo())
const calls = commands.flatMap((group) => [
  [group.name()],
  ...group.commands.map((verb) => [group.name(), verb.name()]),
])

test.each(calls.map((call) => [call.join(' '), call] as const))(
  '%s -h has an example',
  async (_, call) => {
    const { exit, stdout } = await kubectlR2k8s([...call, '-h'])
    expect(exit).toBe(0)
    expect(stdout).toContain('\nExample:\n  kubectl r2k8s ')
  },
)

describe('help in words', () => {
  test.each([
    ['help', '-h'],
    ['help template', 'template -h'],
    ['help ware', 'ware -h'],
    ['help ware pack', 'ware pack -h'],
    ['ware help', 'ware -h'],
    ['ware help pack', 'ware pack -h'],
    ['formula help id', 'formula id -h'],
    ['help ware pack tar .', 'ware pack -h'],
    ['help -h', '-h'],
  ])('%s prints what %s prints', async (words, flag) => {
    const asked = await kubectlR2k8s(words.split(' '))
    expect(asked).toEqual(await kubectlR2k8s(flag.split(' ')))
    expect(asked.exit).toBe(0)
    expect(asked.stdout).toMatch(/^Usage: /)
  })

  test.each(['help wrae', 'help ware pakc', 'ware help pakc', 'help web.yaml'])(
    '%s is a usage error',
    async (words) => {
      const cwd = directoryWith({ 'web.yaml': 'kind: Pod\n' })
      const { exit, stdout, stderr } = await kubectlR2k8s(words.split(' '), { cwd })
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
      expect(stderr).toContain('unknown command')
    },
  )

  test('a mistyped word gets a suggestion', async () => {
    const { stderr } = await kubectlR2k8s(['help', 'ware', 'pakc'])
    expect(stderr).toContain('did you mean pack?')
  })
})
