import { setTimeout as sleep } from 'node:timers/promises'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from 'vitest'
import { formulaText, lab, makeNamespace, push, until } from '../lab.ts'
import { startLoad, type Load } from '../load.ts'
import {
  countPods,
  countShown,
  readAuthorities,
  restartWith,
  restore,
  writeAuthorities,
} from '../webhook.ts'

/** They look at their certificates every second, and do not wait long before a new authority signs. */
const hurried = ['--check-seconds=1', '--settling-seconds=8']
const day = 24 * 3600 * 1000
/** `make bench` asks for more: a minute each. */
const rounds = Number(process.env['R2K8S_FAULT_ROUNDS'] ?? '1')

describe('under a hundred creates per second', () => {
  let namespace = ''
  let image = ''
  let load: Load
  beforeAll(async () => {
    namespace = await makeNamespace()
    image = await push(namespace, formulaText({ exec: ['/bin/sleep', '1000000'] }))
  })
  beforeEach(async () => {
    const { kubeconfig } = lab
    load = await startLoad({ kubeconfig, namespace, image, perSecond: 100 })
    await sleep(2_000)
  })
  afterEach(() => load.stop())
  afterAll(restore)

  async function expectNoFailure(): Promise<void> {
    const report = await load.stop()
    const { created, slowest } = report
    process.stderr.write(`${created} pods rewritten, the slowest in ${slowest} ms\n`)
    expect(report).toMatchObject({ failures: [], unchanged: 0 })
    expect(report.created).toBeGreaterThan(500)
  }

  // A machine that others use at the same moment may not get a hundred a second through at all.
  const again = { timeout: 120_000 + rounds * 120_000, retry: 1 }

  test('a rolling restart fails none of them', again, async () => {
    for (let round = 0; round < rounds; round++) {
      await restartWith([...hurried, `--drain-seconds=${45 - round}`])
      // Those that were replaced serve on, and end only now.
      await until('the old ones have ended', async () => (await countPods()) === 2, 120)
    }
    await expectNoFailure()
  })

  test('a new authority and new certificates fail none', again, async () => {
    for (let round = 0; round < rounds; round++) {
      const known = await readAuthorities()
      const shownBefore = await countShown()
      const aged = known.map((one) => ({ ...one, added: one.added - 250 * day }))
      await writeAuthorities(aged.slice(0, 1))
      await until('there is a second authority', async () => {
        return (await readAuthorities()).length === 2
      })
      await until('every replica shows a certificate of it', async () => {
        return (await countShown()) >= shownBefore + 2
      })
      await sleep(3_000)
      const { length } = await readAuthorities()
      expect(length).toBe(2) // the old one is trusted for as long as what it signed
    }
    await expectNoFailure()
  })
})
