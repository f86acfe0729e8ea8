// What the Job of a run says of itself.

import { member, memberArray, memberString, type JsonObject } from '../json.ts'
import { readAbout, type RunAbout } from './run-order.ts'

export interface JobState {
  readonly name: string
  readonly uid: string
  readonly about: RunAbout | undefined
  /** RFC 3339; undefined as long as it waits to be resumed. */
  readonly startTime: string | undefined
  readonly isDeleted: boolean
  readonly isComplete: boolean
  /** Why it counts as failed, or will when its pod has ended. */
  readonly failure: JobFailure | undefined
}

export interface JobFailure {
  /** As `DeadlineExceeded` or `BackoffLimitExceeded`. */
  readonly reason: string
  readonly message: string
}

export function readJob(job: JsonObject): JobState {
  const metadata = member(job, 'metadata')
  const status = member(job, 'status')
  const conditions = memberArray(status, 'conditions').filter(
    (each) => memberString(each, 'status') === 'True',
  )
  const ofType = (type: string) =>
    conditions.find((each) => memberString(each, 'type') === type)
  // From Kubernetes 1.31 on the target stands there before the pods have ended.
  const failed = ofType('Failed') ?? ofType('FailureTarget')
  return {
    name: memberString(metadata, 'name') ?? '',
    uid: memberString(metadata, 'uid') ?? '',
    about: readAbout(job),
    startTime: memberString(status, 'startTime'),
    isDeleted: member(metadata, 'deletionTimestamp') !== undefined,
    isComplete: ofType('Complete') !== undefined,
    failure:
      failed === undefined
        ? undefined
        : {
            reason: memberString(failed, 'reason') ?? '',
            message: memberString(failed, 'message') ?? '',
          },
  }
}
