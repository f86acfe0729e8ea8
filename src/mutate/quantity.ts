// Kubernetes resource quantities ("250m", "1.5Gi", "1e3"): just enough arithmetic to size a fetcher.

/** Billionths of a unit, so that every suffix down to `n` stays exact. */
export type Quantity = bigint

const unit = 1_000_000_000n

const factors: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  '': unit,
  k: unit * 10n ** 3n,
  M: unit * 10n ** 6n,
  G: unit * 10n ** 9n,
  T: unit * 10n ** 12n,
  P: unit * 10n ** 15n,
  E: unit * 10n ** 18n,
  Ki: unit * 2n ** 10n,
  Mi: unit * 2n ** 20n,
  Gi: unit * 2n ** 30n,
  Ti: unit * 2n ** 40n,
  Pi: unit * 2n ** 50n,
  Ei: unit * 2n ** 60n,
}

const syntax =
  /^([+-]?)(\d{1,18})?(?:\.(\d{0,18}))?(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/

/** Undefined for what the API server would refuse. */
export function parseQuantity(text: string | number): Quantity | undefined {
  const match = syntax.exec(String(text))
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match
  if (whole === '' && fraction === '') return undefined
  const factor =
    exponent === undefined ? factors[suffix] : decimalFactor(Number(exponent))
  if (factor === undefined) return undefined
  const scaled = (BigInt(whole + fraction) * factor) / 10n ** BigInt(fraction.length)
  return sign === '-' ? -scaled : scaled
}

/** The shortest spelling: `1`, `1500m`, `64Mi`. Rounds up to a thousandth. */
export function formatQuantity(quantity: Quantity, form: 'decimal' | 'binary'): string {
  const thousandths = ceilDivide(quantity, factors['m'] ?? 1n)
  if (thousandths % 1000n !== 0n) return `${thousandths}m`
  const whole = thousandths / 1000n
  if (form === 'decimal' || whole === 0n) return String(whole)
  for (const [suffix, size] of [
    ['Gi', 2n ** 30n],
    ['Mi', 2n ** 20n],
    ['Ki', 2n ** 10n],
  ] as const) {
    if (whole % size === 0n) return `${whole / size}${suffix}`
  }
  return String(whole)
}

function decimalFactor(exponent: number): bigint {
  return exponent >= 0 ? unit * 10n ** BigInt(exponent) : unit / 10n ** BigInt(-exponent)
}

function ceilDivide(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by
}
