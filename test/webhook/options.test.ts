import { describe, expect, test } from 'vitest'
import { R2k8sError } from '../../src/errors.ts'
import { readOptions } from '../../src/webhook/options.ts'

const own = { namespace: 'r2k8s-system' }

test('everything has a default', () => {
  expect(readOptions([], own)).toEqual({
    port: 8443,
    statusPort: 8080,
    namespace: 'r2k8s-system',
    service: 'r2k8s',
    files: undefined,
    logLevel: 'info',
    drain: 45_000,
    checking: { interval: 60_000, settling: 60_000 },
  })
})

test('flags replace the defaults', () => {
  const flags = ['--port=10250', '--namespace', 'other', '--tls-cert-file=c']
  const read = readOptions([...flags, '--tls-key-file=k', '--log-level=debug'], own)
  expect(read).toMatchObject({
    port: 10250,
    namespace: 'other',
    files: { cert: 'c', key: 'k' },
    logLevel: 'debug',
  })
})

describe('refused', () => {
  test.each([
    [['--port=http'], '--port is a whole number up to 65535'],
    [['--port=70000'], '--port is a whole number up to 65535'],
    [['--drain-seconds=-1'], 'drain-seconds'],
    [['--log-level=loud'], '--log-level is one of debug, info, warn, error, silent'],
    [['--tls-cert-file=c'], '--tls-cert-file and --tls-key-file go together'],
    [['--nonsense'], '--nonsense'],
    [['word'], 'word'],
  ])('%j', (flags, why) => {
    const read = () => readOptions(flags, own)
    expect(read).toThrow(R2k8sError)
    expect(read).toThrow(why)
  })
})
