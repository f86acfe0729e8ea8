import { expect, test } from 'vitest'
import { R2k8sError } from '../../src/errors.ts'
import { HttpFailure } from '../../src/http-exchange.ts'
import { explainFailure } from '../../src/http/explain-failure.ts'

const place = {
  url: new URL('https://wares.example:8443/a?token=s3cret'),
  limits: { connect: 10_000, silence: 1000 },
}

const withCode = (code: string) =>
  Object.assign(new Error('https://wares.example/?token=s3cret'), { code })

test.each([
  ['ECONNREFUSED', true, 'refuses connections'],
  ['ECONNRESET', true, 'closed the connection before the answer was complete'],
  ['EPIPE', true, 'closed the connection before the answer was complete'],
  ['UND_ERR_SOCKET', true, 'closed the connection before the answer was complete'],
  ['EAI_AGAIN', true, 'the name service gives no answer about wares.example:8443'],
  ['EHOSTUNREACH', true, 'there is no way to wares.example:8443 through the network'],
  ['UND_ERR_CONNECT_TIMEOUT', true, 'took no connection within 10 seconds'],
  ['UND_ERR_BODY_TIMEOUT', true, 'was silent for 1 second'],
  ['ENOTFOUND', false, 'the name service does not know wares.example:8443'],
  ['CERT_HAS_EXPIRED', false, 'the certificate of wares.example:8443 has expired'],
  ['CERT_NOT_YET_VALID', false, 'is not valid (CERT_NOT_YET_VALID)'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', false, 'is for another name'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, 'an authority that is not trusted'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', false, 'does not agree on TLS'],
])('%s: to be tried again: %s, %s', (code, retry, words) => {
  const failure = explainFailure(withCode(code), place)
  expect(failure).toBeInstanceOf(HttpFailure)
  expect(failure).toMatchObject({
    retry,
    message: expect.stringContaining(words) as string,
  })
  expect(String(failure)).not.toContain('s3cret')
})

test.each([
  new TypeError('a bug'),
  new R2k8sError([{ code: 'cancelled', task: 'go on', why: 'it was cancelled' }]),
  Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', path: '/spool' }),
  new HttpFailure('known already', false),
])('leaves %o as it is', (error) => {
  expect(explainFailure(error, place)).toBe(error)
})
