import { describe, expect, test } from 'vitest'
import { readPlot } from '../../src/plot/read-plot.ts'
import { plot, problemsOf, root, step, textOf } from './read.ts'

describe('what is no plot is refused by its name', () => {
  test.each([
    ['a formula', '{"formula": {"formula.v1": {}}}', 'it is a formula, not a plot'],
    ['a legacy formula', '{"inputs": {}, "action": {}}', 'it is a formula, not a plot'],
    ['a module', '{"module.v1": {"name": "x"}}', 'it is a Warpforge module, not a plot'],
    [
      'a file of a catalog',
      '{"catalogmodule.v1": {}}',
      'it is a module of a Warpforge catalog, not a plot',
    ],
    [
      'a later version',
      '{"plot.v2": {}}',
      '"plot.v2" is a version that is not supported, only "plot.v1"',
    ],
    ['a list', '[]', 'it is no map at its top level, so it is not a plot'],
    ['anything else', '{}', 'it has no "plot.v1" at its top level, so it is not a plot'],
    ['YAML', 'plot.v1: {}', '"p" stands where a value is expected'],
    ['nothing', ' ', 'the text ends where a value is expected'],
  ])('%s', (_, text, why) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(/^1:\d: /)])
    expect(problemsOf(text)[0]).toContain(why)
  })

  test('a plot without its capsule gets a hint that names it', () => {
    const read = readPlot('{"inputs": {}, "steps": {}, "outputs": {}}', 'plot.wf')
    expect(read).toEqual({
      problems: [
        {
          code: 'formula-invalid',
          task: 'read the plot',
          where: 'plot.wf:1:1',
          why: 'it is a plot without its capsule "plot.v1"',
          hints: ['put it into a capsule: {"plot.v1": {…}}'],
        },
      ],
    })
  })

  test('a text that is too large', () => {
    expect(problemsOf(' '.repeat(4 * 1024 * 1024 + 1))).toEqual([
      ' it has 4194305 bytes; at most 4194304 are allowed',
    ])
  })

  test('a text with keys written twice, each at its place', () => {
    const text = '{"plot.v1": {"inputs": {}, "steps": {}, "outputs": {}, "steps": {}}}'
    expect(problemsOf(text)).toEqual([
      '1:56: the key "steps" is written twice, first at plot.wf:1:28',
    ])
  })

  test('a text with something beside the plot', () => {
    const text = textOf(plot({})).replace('{', '{"plots": 1,')
    expect(problemsOf(text)).toEqual(['1:2: plots: is unknown; known are plot.v1'])
  })
})

const p = '"plot.v1"'
const inputs = `${p}.steps.a.protoformula.inputs`

describe('the form of a plot', () => {
  test.each([
    [
      'members are missing',
      {},
      ['inputs', 'steps', 'outputs'].map((n) => `${p}: needs the member "${n}"`),
    ],
    [
      'a member is unknown',
      { ...plot({}), step: {} },
      [`${p}.step: is unknown; did you mean "steps"?`],
    ],
    [
      'a step is nothing',
      plot({ a: {} }),
      [`${p}.steps.a: holds exactly one of protoformula, plot, not none`],
    ],
    [
      'a step is both',
      plot({ a: { ...step(), plot: plot({}) } }),
      [
        `${p}.steps.a: holds exactly one of protoformula, plot, not "protoformula" and "plot"`,
      ],
    ],
    ['a step is no map', plot({ a: 1 }), [`${p}.steps.a: must be a map, not 1`]],
    [
      'a formula instead of a protoformula',
      plot({ a: { protoformla: {} } }),
      [
        `${p}.steps.a: holds exactly one of protoformula, plot, not none`,
        `${p}.steps.a.protoformla: is unknown; did you mean "protoformula"?`,
      ],
    ],
    [
      'a plot within it has a capsule',
      plot({ a: { plot: { 'plot.v1': plot({}) } } }),
      [
        ...['inputs', 'steps', 'outputs'].map(
          (n) => `${p}.steps.a.plot: needs the member "${n}"`,
        ),
        `${p}.steps.a.plot."plot.v1": is unknown; known are inputs, steps, outputs`,
      ],
    ],
    [
      'an input is no text',
      plot({ a: step({ '/x': 5 }) }),
      [`${inputs}."/x": must be a string, not 5`],
    ],
    [
      'an output is no text',
      plot({}, { o: [] }),
      [`${p}.outputs.o: must be a string, not a list`],
    ],
    [
      'an output is no pipe',
      plot({}, { o: root }),
      [
        `${p}.outputs.o: ${JSON.stringify(`${root.slice(0, 60)}…`)} is not of the form "pipe:<step>:<label>"`,
      ],
    ],
  ])('%s', (_, content, whys) => {
    expect(problemsOf(content).map(withoutPlace)).toEqual(whys)
  })
})

describe('an input', () => {
  test.each([
    [
      '',
      '"" begins with no kind of input; known are ware, mount, literal, pipe, catalog, ingest',
    ],
    ['pip:a:b', '"pip:a:b" begins with no kind of input; did you mean "pipe:…"?'],
    ['tar:x', 'a ware is written "ware:tar:…" here'],
    ['pipe:a', '"pipe:a" is not of the form "pipe:<step>:<label>"'],
    ['pipe:a:b:c', '"pipe:a:b:c" is not of the form "pipe:<step>:<label>"'],
    ['pipe:b:', '"pipe:b:" leads nowhere: a name is empty'],
    ['ingest:git:.', '"ingest:git:." is not of the form "ingest:git:<host path>:<ref>"'],
    [
      'ingest:svn:.:1',
      '"ingest:svn:.:1" is not of the form "ingest:git:<host path>:<ref>"',
    ],
    ['catalog:foo.org/x:v1', '"foo.org/x:v1" is not of the form "module:release:item"'],
    [
      'catalog:../x:v1:i',
      '"../x" is no module name: "" is not lower-case letters, digits and "-" with a letter or digit at both ends',
    ],
    [
      'ware:tar:x',
      '"x" (1 characters) is no hash of a tar ware: that is base58 of 48 bytes (65 or 66 characters) or 64 characters of URL-safe base64 (legacy)',
    ],
    ['literal:x', 'a literal cannot be placed at a path, only in a variable ("$…")'],
  ])('%j of a step is refused', (source, why) => {
    const content = plot({ a: step({ '/x': source }) })
    expect(problemsOf(content)).toEqual([`9:13: ${inputs}."/x": ${why}`])
  })

  test('in the form with filters is read as strictly', () => {
    const content = plot({ a: step({ '/x': { basis: '', filters: { uidd: '0' } } }) })
    expect(problemsOf(content).map(withoutPlace)).toEqual([
      `${inputs}."/x": "" begins with no kind of input; known are ware, mount, literal, pipe, catalog, ingest`,
      `${inputs}."/x".filters.uidd: "uidd" is no filter; did you mean "uid"?`,
    ])
  })

  test('that no formula has room for is refused before anything pipes it', () => {
    const content = plot({}, {}, { x: `literal:${'x'.repeat(262_144)}` })
    expect(problemsOf(content).map(withoutPlace)).toEqual([
      `${p}.inputs.x: has 262152 characters; at most 262144 are allowed`,
    ])
  })

  test('of the plot that is wrong is told once, where it is written, however many take it', () => {
    const steps = { a: step({ '/x': 'pipe::x' }), b: step({ '/x': 'pipe::x' }) }
    expect(problemsOf(plot(steps, {}, { x: 'ware:tar:x' }))).toEqual([
      expect.stringMatching(
        /^4:9: "plot\.v1"\.inputs\.x: "x" \(1 characters\) is no hash/,
      ),
    ])
  })

  test('of a variable takes nothing but literals, also through a pipe', () => {
    const steps = { a: step({ $X: 'pipe:b:out' }), b: step() }
    expect(problemsOf(plot(steps)).map(withoutPlace)).toEqual([
      `${inputs}."$X": a variable takes a "literal:…" without filters and nothing else`,
    ])
  })
})

describe('a name', () => {
  test.each([
    ['', 'a name is empty'],
    ['a b', '"a b" is no name: it holds ":", white space or a control character'],
    ['a:b', '"a:b" is no name: it holds ":", white space or a control character'],
    [
      'a\u0007',
      '"a\\u0007" is no name: it holds ":", white space or a control character',
    ],
    ['x'.repeat(256), `"${'x'.repeat(60)}…" is no name: it has more than 255 characters`],
  ])('%j is refused for whatever has one', (name, why) => {
    const content = plot(
      { [name]: { plot: plot({}) }, ok: step({}, [name]) },
      { [name]: 'pipe:ok:o' },
      { [name]: 'literal:' },
    )
    const whys = problemsOf(content).map((line) => line.replace(/^.*?: (?=a name|")/, ''))
    expect(whys.filter((line) => line.endsWith(why))).toHaveLength(4)
  })

  test('of a step must not be that of a step of a plot, as both are told', () => {
    const steps = { 'a/b': step(), a: { plot: plot({ b: step() }) } }
    expect(problemsOf(plot(steps))).toEqual([
      '5:4: "plot.v1".steps."a/b": is "a/b" among all steps, and so is that at plot.wf:28:7: rename one',
    ])
  })
})

describe('a pipe', () => {
  const two = (source: string) => ({
    zero: step({}, ['out', 'log']),
    one: step({ '/x': source }),
  })

  test.each([
    ['pipe:zreo:out', 'there is no step "zreo" in the same plot; did you mean "zero"?'],
    ['pipe:nothing:out', 'there is no step "nothing" in the same plot'],
    ['pipe:zero:lug', 'the step "zero" has no output "lug"; did you mean "log"?'],
    ['pipe::rotfs', 'the plot has no input "rotfs"; did you mean "rootfs"?'],
    ['pipe:one:out', 'steps wait for each other in a circle: "one" → "one"'],
  ])('%s leads nowhere', (source, why) => {
    const content = plot(two(source), {}, { rootfs: root })
    expect(problemsOf(content).map(withoutPlace)).toEqual([
      `${p}.steps.one.protoformula.inputs."/x": ${why}`,
    ])
  })

  test('to a plot leads to its outputs, not to its steps', () => {
    const inner = { plot: plot({ s: step() }, { o: 'pipe:s:out' }) }
    expect(
      problemsOf(plot({ inner, one: step({ '/x': 'pipe:inner:out' }) })),
    ).toHaveLength(1)
    expect(problemsOf(plot({ inner, one: step({ '/x': 'pipe:s:out' }) }))).toHaveLength(1)
    expect(problemsOf(plot({ inner, one: step({ '/x': 'pipe:inner:o' }) }))).toEqual([])
  })

  test('to a step that is broken itself is not judged', () => {
    const steps = {
      zero: { protoformula: step(), plot: {} },
      one: step({ '/x': 'pipe:zero:o' }),
    }
    expect(problemsOf(plot(steps)).map(withoutPlace)).toEqual([
      `${p}.steps.zero: holds exactly one of protoformula, plot, not "protoformula" and "plot"`,
    ])
  })

  test('of the outermost plot has nowhere to lead to', () => {
    const why = 'is a pipe, but around this plot there is none that it could lead to'
    const content = plot(
      { a: step({ $X: 'pipe::x', '/y': 'pipe::y' }) },
      {},
      {
        x: 'pipe::y',
        y: 'pipe:a:out',
      },
    )
    expect(problemsOf(content).map(withoutPlace)).toEqual([
      `${p}.inputs.x: ${why}`,
      `${p}.inputs.y: ${why}`,
    ])
  })

  test('that hands an input on as an output is refused, in plots within it, too', () => {
    const why = 'leads to an input of the plot itself; outputs come from steps'
    const inner = plot({}, { o: 'pipe::x' }, { x: root })
    const content = plot({ a: { plot: inner } }, { o: 'pipe::x' }, { x: root })
    expect(problemsOf(content).map(withoutPlace)).toEqual([
      `${p}.steps.a.plot.outputs.o: ${why}`,
      `${p}.outputs.o: ${why}`,
    ])
  })
})

describe('a circle is told with the steps in it', () => {
  test('at the input that closes it', () => {
    const steps = {
      a: step({ '/x': 'pipe:b:out' }),
      b: step({ '/x': 'pipe:c:out' }),
      c: step({ '/x': 'pipe:a:out' }),
    }
    expect(problemsOf(plot(steps)).map(withoutPlace)).toEqual([
      `${p}.steps.c.protoformula.inputs."/x": steps wait for each other in a circle: "a" → "b" → "c" → "a"`,
    ])
  })

  test('through a plot, and without those in the middle when there are many', () => {
    const chain = 'abcdefghijk'.split('')
    const next = (i: number) => `pipe:${chain[i + 1] ?? 'a'}:o`
    const steps = chain.map((name, i) => {
      const inner = plot({ s: step() }, { o: 'pipe:s:out' }, { x: next(i) })
      return [name, { plot: inner }] as const
    })
    expect(problemsOf(plot(Object.fromEntries(steps))).map(withoutPlace)).toEqual([
      `${p}.steps.k.plot.inputs.x: steps wait for each other in a circle: "a" → "b" → "c" → "d" → "e" → "f" → "g" → "h" → … → "k" → "a"`,
    ])
  })
})

test('all that is wrong is told at once, in the order of the text and each at its place', () => {
  const content = plot(
    {
      a: step({ '/x': 'pipe:nowhere:x', '/y': 'ware:tar:y' }),
      b: step({}, ['out'], { action: { exec: { command: [] } } }),
      c: step({ '/x': 'tar:x' }),
      d: step({ '/': 'literal:' }),
    },
    { o: 'pipe:b:nothing' },
  )
  expect(problemsOf(content).map((line) => line.replace(/: .*/, ''))).toEqual([
    '9:13',
    '10:13',
    '33:19',
    '47:13',
    '66:12',
    '84:9',
  ])
})

test('a step without a root, and two inputs at one place, are found before anything runs', () => {
  const content = plot({
    a: {
      protoformula: {
        inputs: { '/x': 'pipe:b:out', '/x/': root },
        action: { echo: {} },
        outputs: {},
      },
    },
    b: step(),
  })
  expect(problemsOf(content).map(withoutPlace)).toEqual([
    `${inputs}: no input is placed at "/"`,
    `${inputs}."/x/": is placed at "/x", as is ${inputs}."/x" (plot.wf:8:7)`,
  ])
})

test('what a literal says is never repeated', () => {
  const long = `literal:s3cret${'x'.repeat(262_144)}`
  const content = plot({ a: step({ '/x': 'literal:s3cret' }) }, {}, { x: long })
  expect(problemsOf(content)).toHaveLength(2)
  expect(problemsOf(content).join()).not.toContain('s3cret')
})

function withoutPlace(line: string): string {
  return line.replace(/^\d+:\d+: /, '')
}
