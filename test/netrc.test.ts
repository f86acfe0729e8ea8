import { expect, test } from 'vitest'
import { findLogin, parseNetrc } from '../src/netrc.ts'

test.each([
  ['machine a.example login me password word', { user: 'me', password: 'word' }],
  ['machine A.Example\n\tlogin me\r\n\tpassword word', { user: 'me', password: 'word' }],
  ['machine a.example password word', { user: '', password: 'word' }],
  [
    'machine a.example login me account x password word',
    { user: 'me', password: 'word' },
  ],
  [
    '# machine b\nmachine a.example login me password w#rd',
    { user: 'me', password: 'w#rd' },
  ],
  [
    'machine a.example login me password "a \\"b\\" c"',
    { user: 'me', password: 'a "b" c' },
  ],
  [
    'machine b.example login x password y machine a.example login me password word',
    { user: 'me', password: 'word' },
  ],
  ['machine a.example login me password machine', { user: 'me', password: 'machine' }],
  [
    'macdef init\nmachine a.example login x password y\n\nmachine a.example login me password word',
    { user: 'me', password: 'word' },
  ],
  [
    'machine a.example login me password word machine a.example login x password y',
    { user: 'me', password: 'word' },
  ],
  ['default login me password word', undefined],
  ['machine a.example.org login me password word', undefined],
  ['machine', undefined],
  ['', undefined],
])('netrc %j', (text, login) => {
  expect(findLogin(parseNetrc(text), 'a.example')).toEqual(login)
})
