// Hands the lab to the tests.

import type { TestProject } from 'vitest/node'
import { setUpLab, type Lab } from './set-up-lab.ts'

declare module 'vitest' {
  interface ProvidedContext {
    lab: Lab
  }
}

export async function setup(project: TestProject): Promise<() => void> {
  const { lab, tearDown } = await setUpLab()
  project.provide('lab', lab)
  return tearDown
}
