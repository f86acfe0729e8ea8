// Formulas for tests of the rewriter: sound by construction, changed where a test says so.

import type { Action, Formula, FormulaInput } from '../../src/formula/formula.ts'
import type { LoadedFormula } from '../../src/mutate/prepared-formula.ts'
import type { MutateOptions } from '../../src/mutate/mutate.ts'
import { defaultSettings, type Settings } from '../../src/mutate/settings.ts'
import { parseWareId } from '../../src/ware/ware-id.ts'
import type { WareIndex } from '../../src/ware/ware-index.ts'

export const busybash =
  'tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6'

export function input(path: string, change: Partial<FormulaInput> = {}): FormulaInput {
  const parsed = parseWareId(busybash)
  if ('why' in parsed) throw new Error(parsed.why)
  return {
    name: path,
    path,
    source: {
      kind: 'ware',
      wareId: parsed.wareId,
      addresses: ['ca+https://wares.example'],
    },
    filters: {},
    where: 'web.formula:1:1',
    ...change,
  }
}

export function formula(
  action: Partial<Action> = {},
  change: Partial<Formula> = {},
): Formula {
  return {
    dialect: 'timeless',
    id: 'TheFormulaID',
    rawId: 'TheRawID',
    inputs: [input('/')],
    outputs: [],
    action: {
      program: { kind: 'exec', command: ['/bin/serve', '--port', '80'] },
      cwd: '/task',
      env: new Map([
        ['HOME', '/home/reuser'],
        ['PATH', '/usr/bin:/bin'],
      ]),
      policy: 'routine',
      user: { uid: 1000, gid: 1000, username: 'reuser', homedir: '/home/reuser' },
      hostname: undefined,
      cradle: true,
      network: true,
      ...action,
    },
    ...change,
  }
}

export function loaded(
  of: Formula = formula(),
  indexes: Readonly<Record<string, WareIndex>> = {},
): LoadedFormula {
  return { formula: of, indexes: new Map(Object.entries(indexes)) }
}

export function options(settings: Partial<Settings> = {}): MutateOptions {
  return {
    settings: {
      ...defaultSettings('test'),
      agentImage: 'agent:test',
      baseImage: 'base:test',
      ...settings,
    },
    paths: true,
    version: 'test',
  }
}
