// The webhook's log: one JSON object per line on stdout. Nothing of a pod's contents gets into it.

import { pino } from 'pino'
import { describeProblem, R2k8sError } from '../errors.ts'
import type { LogLevel } from './options.ts'

type Details = Readonly<Record<string, string | number | boolean>>

export interface Log {
  readonly debug: (message: string, details?: Details) => void
  readonly info: (message: string, details?: Details) => void
  readonly warn: (message: string, details?: Details) => void
  readonly error: (message: string, details?: Details) => void
  readonly isDebug: boolean
}

export function openLog(level: LogLevel, write?: (line: string) => void): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const logger = write === undefined ? pino(options) : pino(options, { write })
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, details: Details = {}) => {
      logger[name](details, message)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isDebug: logger.isLevelEnabled('debug'),
  }
}

/** What went wrong, on one line and without a stack: of what is no bug, the reason is enough. */
export function reasonOf(error: unknown): string {
  if (error instanceof R2k8sError) return error.problems.map(describeProblem).join('; ')
  return error instanceof Error ? error.message : String(error)
}
