import { expect, test } from 'vitest'
import { chooseProxy } from '../../src/http/choose-proxy.ts'

const proxies = {
  HTTPS_PROXY: 'http://secure.example:3128',
  http_proxy: 'plain.example:8080',
}

test.each([
  ['https://wares.example/', {}, 'http://secure.example:3128'],
  ['http://wares.example/', {}, 'http://plain.example:8080'],
  [
    'http://wares.example/',
    { HTTP_PROXY: 'http://other.example' },
    'http://plain.example:8080',
  ],
  [
    'https://wares.example/',
    { https_proxy: 'http://small.example' },
    'http://small.example',
  ],
  ['https://localhost:8443/', {}, undefined],
  ['http://127.0.0.9/', {}, undefined],
  ['http://[::1]:80/', {}, undefined],
  ['http://wares.example/', { NO_PROXY: 'a.example, wares.example' }, undefined],
  ['http://wares.example./', { NO_PROXY: 'wares.example' }, undefined],
  ['http://a.wares.example/', { NO_PROXY: 'wares.example' }, undefined],
  ['http://a.wares.example/', { NO_PROXY: '.wares.example' }, undefined],
  ['http://wares.example/', { NO_PROXY: '.wares.example' }, undefined],
  ['http://wares.example/', { NO_PROXY: '*.wares.example' }, 'http://plain.example:8080'],
  ['http://mywares.example/', { NO_PROXY: 'wares.example' }, 'http://plain.example:8080'],
  ['http://wares.example:81/', { NO_PROXY: 'wares.example:81' }, undefined],
  [
    'http://wares.example/',
    { NO_PROXY: 'wares.example:81' },
    'http://plain.example:8080',
  ],
  ['https://wares.example/', { NO_PROXY: 'wares.example:443' }, undefined],
  ['http://10.1.2.3/', { NO_PROXY: '10.0.0.0/8' }, undefined],
  [
    'http://11.1.2.3/',
    { NO_PROXY: '10.0.0.0/8,10.0.0.0/99,x/8' },
    'http://plain.example:8080',
  ],
  ['http://[fd00::1]/', { NO_PROXY: 'fd00::/8' }, undefined],
  ['http://[fd00::1]/', { NO_PROXY: '[fd00::1]' }, undefined],
  ['http://wares.example/', { no_proxy: '*' }, undefined],
  ['http://wares.example/', { no_proxy: '', NO_PROXY: '*' }, 'http://plain.example:8080'],
])('%s with %o goes through %s', (url, env, proxy) => {
  expect(chooseProxy(new URL(url), { ...proxies, ...env })).toBe(proxy)
})

test('goes straight without any', () => {
  expect(chooseProxy(new URL('https://a.example'), { HTTP_PROXY: 'p:1' })).toBeUndefined()
})

test('names the variable that is no URL, and not its value', () => {
  for (const written of ['ftp://user:secret@host', 'http://user:secret%@host']) {
    const env = { HTTP_PROXY: written }
    expect(() => chooseProxy(new URL('http://a.example'), env)).toThrow(
      /^the variable HTTP_PROXY is no URL of a proxy$/,
    )
  }
})
