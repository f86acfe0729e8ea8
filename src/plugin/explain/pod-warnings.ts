// What is to be known of a pod as a whole.

import { memberArray, memberString, type JsonObject } from '../../json.ts'
import { noteSentence } from '../../mutate/decisions.ts'
import { findPodSpecs } from '../../mutate/find-pod-specs.ts'
import { readPodOverrides } from '../../mutate/pod-overrides.ts'
import type { Rewrite } from './model.ts'

export function podWarnings(pod: JsonObject, rewrite: Rewrite | undefined): string[] {
  if (rewrite === undefined) return []
  const [podSpec] = findPodSpecs({ ...pod, apiVersion: 'v1', kind: 'Pod' })
  const notes = podSpec === undefined ? [] : readPodOverrides(podSpec).notes
  return [...notes.map(noteSentence), ...pullWarnings(pod, rewrite)]
}

/** The settings say another policy only where somebody wrote it there. */
function pullWarnings({ spec }: JsonObject, { fetchers }: Rewrite): string[] {
  const names = new Set(fetchers.map(({ name }) => name))
  const always = memberArray(spec, 'initContainers').some(
    (container) =>
      names.has(memberString(container, 'name') ?? '') &&
      memberString(container, 'imagePullPolicy') === 'Always',
  )
  return always
    ? [
        'imagePullPolicy is Always, by the settings or AlwaysPullImages: the images of r2k8s are asked of a registry each time',
      ]
    : []
}
