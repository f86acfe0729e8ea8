// What the webhook counts. Labels are few and known beforehand: no names of pods or namespaces.

import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client'

import type { AdmissionResult } from './admission-watch.ts'
import { createHistogram } from './histogram.ts'

export interface Admission {
  readonly result: AdmissionResult
  /** A code of `docs/errors.md` when it was rejected. */
  readonly reason: string
  readonly dryRun: boolean
  readonly seconds: number
  /** Of the answer; counted when it holds a patch. */
  readonly bytes: number
}

interface Labels {
  readonly result: string
  readonly reason: string
  readonly dry_run: string
}

export interface Metrics {
  readonly begin: () => void
  readonly end: (admission: Admission) => void
  readonly setCertificateExpiry: (milliseconds: number) => void
  /** In the text format of Prometheus. */
  readonly print: () => Promise<string>
  readonly contentType: string
}

export interface MetricSources {
  readonly formulas: () => number
  /** Seconds since the watch brought anything, or the list was read. */
  readonly cacheAge: () => number
}

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  // Counted in plain numbers: labels are worked out when somebody asks.
  const counts = new Map<string, { readonly labels: Labels; count: number }>()
  new Counter({
    name: 'r2k8s_admission_requests_total',
    help: 'Admission reviews answered.',
    labelNames: ['result', 'reason', 'dry_run'],
    registers,
    collect() {
      this.reset()
      for (const { labels, count } of counts.values()) this.inc(labels, count)
    },
  })
  const seconds = createHistogram(
    'r2k8s_admission_seconds',
    'Time from a review read to its answer written.',
    [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1],
  )
  const patchBytes = createHistogram(
    'r2k8s_patch_bytes',
    'Size of the answers that hold a patch, which is in base64.',
    [1024, 4096, 16_384, 65_536, 262_144],
  )
  let inFlight = 0
  addGauge(
    'r2k8s_admission_in_flight',
    'Admission reviews being answered.',
    () => inFlight,
  )
  const expiry = new Gauge({
    name: 'r2k8s_cert_not_after_seconds',
    help: 'When the certificate that is shown runs out, in seconds since 1970.',
    registers,
  })
  addGauge('r2k8s_resolver_cache_size', 'Formulas in memory.', sources.formulas)
  addGauge(
    'r2k8s_resolver_cache_age_seconds',
    'Time since the cluster told anything about formulas.',
    sources.cacheAge,
  )

  function addGauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers,
      collect: () => {
        gauge.set(read())
      },
    })
  }

  function count(result: AdmissionResult, reason: string, dryRun: boolean): void {
    const key = `${result} ${reason} ${dryRun}`
    const known = counts.get(key)
    if (known !== undefined) known.count++
    else
      counts.set(key, { labels: { result, reason, dry_run: String(dryRun) }, count: 1 })
  }

  return {
    begin: () => {
      inFlight++
    },
    end: ({ result, reason, dryRun, seconds: took, bytes }) => {
      inFlight--
      count(result, reason, dryRun)
      seconds.observe(took)
      if (result === 'mutated') patchBytes.observe(bytes)
    },
    setCertificateExpiry: (milliseconds) => {
      expiry.set(milliseconds / 1000)
    },
    print: async () => (await registry.metrics()) + seconds.print() + patchBytes.print(),
    contentType: registry.contentType,
  }
}
