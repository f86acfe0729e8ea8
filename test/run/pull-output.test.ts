import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { pullOutput } from '../../src/run/pull-output.ts'
import { makeScratch } from '../agent/trees.ts'
import { serveExec, type Conversation } from '../cluster/exec-server.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const archive = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251))

/** @param give what the packer does when it is asked from a byte on */
async function pull(
  give: (from: number, conversation: Conversation, times: number) => void,
  { file = join(makeScratch(), 'output'), bytes = archive.length } = {},
) {
  let times = 0
  const server = await serveExec((conversation) => {
    const from = Number(asked().at(-1)?.at(-1))
    give(from, conversation, ++times)
  })
  open.push(server.close)
  const asked = () => server.asked.map(({ url }) => url.searchParams.getAll('command'))
  const held = { namespace: 'builds', pod: 'p', output: '/task/out', number: 1, bytes }
  await pullOutput(server.client, held, file, new AbortController().signal)
  return { asked: asked(), content: readFileSync(file) }
}

describe('an output', () => {
  test('comes as the packer has it', async () => {
    const { asked, content } = await pull((from, { say, exit }) => {
      say(1, archive.subarray(from))
      exit(0)
    })
    expect(content.equals(archive)).toBe(true)
    expect(asked).toEqual([['/usr/local/bin/node', '/r2k8s/agent.cjs', 'give', '1', '0']])
  })

  test('goes on where the connection broke off', async () => {
    const { asked, content } = await pull((from, { say, exit, socket }, times) => {
      say(1, archive.subarray(from, times < 3 ? from + 30_000 : undefined))
      if (times < 3) socket.end()
      else exit(0)
    })
    expect(content.equals(archive)).toBe(true)
    expect(asked.map((words) => words.at(-1))).toEqual(['0', '30000', '60000'])
  })

  test('that is longer than the packer said is refused', async () => {
    const longer = pull(
      (from, { say, exit }) => {
        say(1, archive.subarray(from))
        exit(0)
      },
      { bytes: 99_999 },
    )
    await expect(longer).rejects.toMatchObject({
      code: 'executor-problem',
      message:
        'cannot fetch the output "/task/out" from the pod: 100000 bytes have come, of 99999',
    })
  })

  test('that cannot be kept is a failure in words, and not tried again', async () => {
    let times = 0
    const file = '/there/is/no/such/directory/output'
    const nowhere = pull(
      (_, { say }) => {
        times++
        say(1, archive)
      },
      { file },
    )
    await expect(nowhere).rejects.toMatchObject({
      code: 'output-unwritable',
      message: expect.stringMatching(
        /^cannot keep the output "\/task\/out" on this machine: .*no such file/,
      ) as unknown,
    })
    expect(times).toBe(1)
  })
})
