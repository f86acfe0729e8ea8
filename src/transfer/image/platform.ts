// Platforms of images: which of several an index offers is the one that is wanted.

import { arch, endianness } from 'node:os'
import { quote } from '../../errors.ts'
import { memberString, type JsonValue } from '../../json.ts'
import { imageProblem } from './image-problems.ts'

export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

/** @throws R2k8sError usage for what is no platform */
export function wantedPlatform(text: string | undefined): Platform {
  if (text === undefined) return { os: 'linux', architecture: machine() }
  const parts = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/.exec(text)
  if (parts === null) {
    const why = `${quote(text)} is no platform`
    throw imageProblem('usage', why, {
      hints: ['write os/architecture, for example linux/arm64 or linux/arm/v7'],
    })
  }
  const [, os = '', architecture = '', variant] = parts
  return { os, architecture, ...(variant !== undefined && { variant }) }
}

/** As images call the machine this runs on. */
function machine(): string {
  const names: Readonly<Record<string, string>> = {
    x64: 'amd64',
    ia32: '386',
    mipsel: 'mipsle',
    ppc64: endianness() === 'LE' ? 'ppc64le' : 'ppc64',
  }
  const name = arch()
  return names[name] ?? name
}

export function readPlatform(value: JsonValue | undefined): Platform | undefined {
  const os = memberString(value, 'os')
  const architecture = memberString(value, 'architecture')
  const variant = memberString(value, 'variant')
  if (os === undefined || architecture === undefined) return undefined
  return { os, architecture, ...(variant !== undefined && { variant }) }
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== undefined).join('/')
}

/** Without a variant in the wish the lowest fits: it runs on every machine of its kind. */
export function choosePlatform<Offer extends { readonly platform: Platform }>(
  offers: readonly Offer[],
  wanted: Platform,
): Offer | undefined {
  const fitting = offers.filter(({ platform }) => runsOn(platform, wanted))
  const rank = ({ platform }: Offer) => variantOf(platform)
  return fitting.sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))[0]
}

export function runsOn(offered: Platform, wanted: Platform): boolean {
  return (
    offered.os === wanted.os &&
    offered.architecture === wanted.architecture &&
    (wanted.variant === undefined || variantOf(offered) === variantOf(wanted))
  )
}

/** Those that are left away where they are the only ones in use. */
function variantOf({ architecture, variant }: Platform): string {
  const usual: Readonly<Record<string, string>> = { arm64: 'v8', amd64: 'v1', arm: 'v7' }
  return variant ?? usual[architecture] ?? ''
}
