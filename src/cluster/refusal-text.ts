// The words of a refusal, from an answer whose body was read as text.

import type { JsonValue } from '../json.ts'
import { readRefusal, type Refusal } from './api-failure.ts'

const longestMessage = 200

/** The API answers with a Status object; proxies and upgrades answer in words. */
export function readRefusalText(status: number, text: string): Refusal {
  try {
    return readRefusal(status, JSON.parse(text) as JsonValue) // whatever it is, it is JSON
  } catch {
    const message = text.trim().slice(0, longestMessage)
    return readRefusal(status, message === '' ? undefined : { message })
  }
}
