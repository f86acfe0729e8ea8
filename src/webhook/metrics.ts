// What the webhook counts. Labels are few and known beforehand: no names of pods or namespaces.

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

import type { AdmissionResult } from './admission-watch.ts'

export interface Admission {
  readonly result: AdmissionResult
  /** A code of `docs/errors.md` when it was rejected. */
  readonly reason: string
  readonly dryRun: boolean
  readonly seconds: number
  /** Of the answer; counted when it holds a patch. */
  readonly bytes: number
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
  const requests = new Counter({
    name: 'r2k8s_admission_requests_total',
    help: 'Admission reviews answered.',
    labelNames: ['result', 'reason', 'dry_run'],
    registers,
  })
  const seconds = new Histogram({
    name: 'r2k8s_admission_seconds',
    help: 'Time from a review read to its answer written.',
    buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1],
    registers,
  })
  const inFlight = new Gauge({
    name: 'r2k8s_admission_in_flight',
    help: 'Admission reviews being answered.',
    registers,
  })
  const patchBytes = new Histogram({
    name: 'r2k8s_patch_bytes',
    help: 'Size of the answers that hold a patch, which is in base64.',
    buckets: [1024, 4096, 16_384, 65_536, 262_144],
    registers,
  })
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

  return {
    begin: () => {
      inFlight.inc()
    },
    end: ({ result, reason, dryRun, seconds: took, bytes }) => {
      inFlight.dec()
      requests.inc({ result, reason, dry_run: String(dryRun) })
      seconds.observe(took)
      if (result === 'mutated') patchBytes.observe(bytes)
    },
    setCertificateExpiry: (milliseconds) => {
      expiry.set(milliseconds / 1000)
    },
    print: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
