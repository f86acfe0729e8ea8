import { describe, expect, test } from 'vitest'
import { formula, loaded, options } from './formulas.ts'
import { at, container, mountPaths, plan } from './parts.ts'
import { lookup, pod, rewritten, run } from './pods.ts'

describe('a formula container', () => {
  test('runs the program of the formula on the base image', () => {
    const web = container(rewritten(pod()))
    expect(web).toMatchObject({
      image: 'base:test',
      imagePullPolicy: 'IfNotPresent',
      command: ['/bin/serve', '--port', '80'],
      workingDir: '/task',
      env: [
        { name: 'R2K8S_FORMULA', value: 'TheFormulaID' },
        { name: 'HOME', value: '/home/reuser' },
        { name: 'PATH', value: '/usr/bin:/bin' },
      ],
    })
  })

  test('keeps its own command, directory and environment', () => {
    const own = {
      command: ['/bin/other'],
      workingDir: '/elsewhere',
      env: [{ name: 'PATH', value: '$(HOME)/bin' }],
    }
    const web = container(rewritten(pod(own)))
    expect(web).toMatchObject({ command: ['/bin/other'], workingDir: '/elsewhere' })
    expect(at(web, 'env')).toEqual([
      { name: 'R2K8S_FORMULA', value: 'TheFormulaID' },
      { name: 'HOME', value: '/home/reuser' },
      { name: 'PATH', value: '$(HOME)/bin' },
    ])
  })

  test('with args alone gets them behind the command of the formula', () => {
    const outcome = run(pod({ args: ['--verbose'] }))
    expect(container(outcome.result)).toMatchObject({
      command: ['/bin/serve', '--port', '80'],
      args: ['--verbose'],
    })
    expect(outcome.decisions[0]).toMatchObject({
      notes: expect.arrayContaining([
        { code: 'args-appended', about: '"/bin/serve"' },
      ]) as unknown,
    })
  })

  test('loses the pull policy that was computed from the reference', () => {
    expect(container(rewritten(pod({ imagePullPolicy: 'Always' })))).toMatchObject({
      imagePullPolicy: 'IfNotPresent',
    })
  })

  test('gets formula text through the expansion of the kubelet unchanged', () => {
    const action = {
      program: { kind: 'exec' as const, command: ['sh', '-c', 'echo $(id) $$'] },
    }
    const web = container(rewritten(pod(), lookup(loaded(formula(action)))))
    expect(at(web, 'command')).toEqual(['sh', '-c', 'echo $$(id) $$$$'])
  })

  test('says which formula it runs, whatever the formula says', () => {
    const env = new Map([['R2K8S_FORMULA', 'another']])
    const web = container(rewritten(pod(), lookup(loaded(formula({ env })))))
    expect(at(web, 'env')).toEqual([{ name: 'R2K8S_FORMULA', value: 'TheFormulaID' }])
  })

  test('with envFrom is told which variables of the formula win over it', () => {
    const { decisions } = run(pod({ envFrom: [{ configMapRef: { name: 'c' } }] }))
    expect(decisions[0]).toMatchObject({
      notes: expect.arrayContaining([
        { code: 'env-from-overridden', about: 'R2K8S_FORMULA, HOME, PATH' },
      ]) as unknown,
    })
  })

  test('keeps its ports, probes and resources', () => {
    const own = {
      ports: [{ containerPort: 80 }],
      livenessProbe: { exec: { command: ['x'] } },
    }
    expect(container(rewritten(pod(own)))).toMatchObject(own)
  })

  test('runs a script of Warpforge by its interpreter', () => {
    const program = {
      kind: 'script' as const,
      interpreter: '/bin/sh',
      contents: ['A=1', 'echo $A'],
    }
    const result = rewritten(pod(), lookup(loaded(formula({ program }))))
    expect(at(container(result), 'command')).toEqual([
      '/bin/sh',
      '/.warpforge.container/script/run',
    ])
    expect(mountPaths(container(result))).toContain('/.warpforge.container')
    expect(at(plan(result), 'roots', 0, 'script', 'contents')).toEqual(['A=1', 'echo $A'])
  })
})

describe('an image that is nearly a reference', () => {
  test('is left alone in a Windows pod, too', () => {
    const windows = pod({ image: 'web.formula' }, { os: { name: 'windows' } })
    expect(run(windows).problems).toEqual([])
  })

  test('is left alone, and the report says why', () => {
    const { decisions, patch } = run(pod({ image: 'web.formula' }))
    expect(patch).toEqual([])
    expect(decisions).toMatchObject([{ kind: 'skipped', reason: 'nearly-a-reference' }])
  })

  test('is an ordinary image in the cluster', () => {
    const how = { ...options(), paths: false }
    expect(run(pod({ image: 'web.formula' }), lookup(), how).decisions).toEqual([])
  })
})
