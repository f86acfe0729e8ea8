// Lets the action of a run and the user talk to each other (run.md §7).

import { R2k8sError, type Problem } from '../errors.ts'
import type { Conversation, Interaction } from './conversation.ts'
import { cancelRun } from './end-run.ts'
import { feedAction } from './feed-action.ts'
import { holdSession } from './hold-session.ts'

/**
 * To the end of the action. @returns why its input was not whole
 * @throws R2k8sError when it cannot be reached; the run is ended then, as it might wait for ever
 */
export async function talkToAction(
  conversation: Conversation,
  interaction: Interaction,
): Promise<readonly Problem[]> {
  const { client, namespace, about, signal } = conversation
  try {
    if (interaction.kind === 'input') return await feedAction(conversation, interaction)
    await holdSession(conversation, interaction)
    return []
  } catch (error) {
    if (error instanceof R2k8sError && !signal.aborted)
      await cancelRun(client, namespace, about, 0).catch(() => undefined) // its time ends it
    throw error
  }
}
