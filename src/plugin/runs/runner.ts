// What all runs of one call of `run` share.

import type { Settings } from '../../mutate/settings.ts'
import type { ExitCodeMode } from '../../run/exit-code.ts'
import type { OnDisconnect } from '../../run/run-order.ts'
import type { OpenCluster } from '../cluster/open-cluster.ts'
import type { Io } from '../io.ts'
import type { InteractionOptions, OpenInteraction } from './interaction.ts'
import type { FormulaOptions } from './read-run-formula.ts'
import type { Terminal } from '../terminal.ts'
import type { Surroundings } from './stay-with.ts'

export interface RunOptions extends FormulaOptions, InteractionOptions {
  readonly onDisconnect: OnDisconnect
  /** Milliseconds. */
  readonly timeout?: number
  readonly packTimeout?: number
  readonly lease?: number
  readonly exitCode: ExitCodeMode
  readonly save?: readonly string[]
  readonly source?: readonly string[]
  readonly input?: readonly string[]
  /** Address of a warehouse for what would be sent. */
  readonly upload?: string
  /** Directories that hold modules, asked before those of workspaces. */
  readonly catalog?: readonly string[]
  readonly memo?: boolean
  readonly force?: boolean
  readonly output?: 'json'
  readonly keep?: boolean
  readonly quiet?: boolean
  readonly agentImage?: string
  readonly baseImage?: string
  readonly warehouseSecret?: string
  readonly credentials?: string
}

export interface Runner extends Surroundings {
  readonly cluster: OpenCluster
  readonly io: Io
  readonly terminal: Terminal
  readonly options: RunOptions
  readonly interaction: OpenInteraction
  readonly settings: Settings
  /** Base64 by file name. */
  readonly credentials: Readonly<Record<string, string>> | undefined
}
