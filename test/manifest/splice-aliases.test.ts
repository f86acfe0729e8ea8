// Byte-exact rows for anchors, aliases and merge keys.

import { expect, test } from 'vitest'

import { parseDocuments } from '../../src/manifest/parse-document.ts'
import { add, remove, replace, testSpliceRows } from './splice-row.ts'

testSpliceRows([
  {
    name: 'an alias that gets another value is replaced',
    text: 'a: &i ./x\nb: *i # b\nc: *i\n',
    patch: [replace('/b', 'y')],
    wanted: "a: &i ./x\nb: 'y' # b\nc: *i\n",
  },
  {
    name: 'other aliases keep the old value of an anchor',
    text: 'a: &i ./x\nb: *i # b\nc: [*i]\n',
    patch: [replace('/a', 'y')],
    wanted: "a: 'y'\nb: ./x # b\nc: [./x]\n",
  },
  {
    name: 'aliases keep the value of an anchor that goes',
    text: 'a: &i {x: 1}\nb: *i\n',
    patch: [remove('/a')],
    wanted: 'b:\n  x: 1\n',
  },
  {
    name: 'a change inside an anchored map spells out its aliases',
    text: 'a: &m\n  x: 1\nb: *m\nc: 1\n',
    patch: [add('/a/y', 2)],
    wanted: "a: &m\n  x: 1\n  'y': 2\nb:\n  x: 1\nc: 1\n",
  },
  {
    name: 'a change inside an alias spells it out',
    text: 'a: &m\n  x: 1\nb: *m\nc: 1\n',
    patch: [add('/b/y', 2)],
    wanted: "a: &m\n  x: 1\nb:\n  x: 1\n  'y': 2\nc: 1\n",
  },
  {
    name: 'a merged member is overridden beside the merge key',
    text: 'a: &m {x: 1, y: 2}\nb:\n  <<: *m\n  z: 3\n',
    patch: [replace('/b/x', 5)],
    wanted: 'a: &m {x: 1, y: 2}\nb:\n  <<: *m\n  z: 3\n  x: 5\n',
  },
  {
    name: 'removing a merged member spells out the merge',
    text: 'a: &m {x: 1, y: 2}\nb:\n  <<: *m\n  z: 3\n',
    patch: [remove('/b/x')],
    wanted: "a: &m {x: 1, y: 2}\nb:\n  z: 3\n  'true': 2\n",
  },
  {
    name: 'a change of what is merged spells out the merge',
    text: 'a: &m {x: 1, y: 2}\nb:\n  <<: *m\n  z: 3\n',
    patch: [replace('/a/x', 5)],
    wanted: "a: &m {x: 5, y: 2}\nb:\n  z: 3\n  x: 1\n  'true': 2\n",
  },
])

test('what anchors do not allow in place is written anew, with a note', () => {
  const [document] = parseDocuments('# h\n&k a: 1\nb: {*k : 2}\n# t\n')
  expect(document?.splice([remove('/a')])).toEqual({
    text: '# h\nb:\n  a: 2\n# t\n',
    notes: ['its anchors and aliases did not allow small edits, so it was written anew'],
  })
})
