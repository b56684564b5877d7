/** How many decimals the currency has: 2 for GBP, 0 for JPY, 3 for KWD. */
export function decimalsOf(currency: string): number {
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  );
}

/**
 * `2.55` GBP → 255, exactly; undefined for what is no plain decimal number, has more decimals than the currency (zeros
 * apart), or is beyond the integers that JSON carries exactly.
 */
export function minorUnits(major: string, currency: string): number | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(major);
  if (!match) return undefined;
  const [, whole = '', fraction = ''] = match;
  const decimals = decimalsOf(currency);
  if (/[1-9]/.test(fraction.slice(decimals))) return undefined;
  const minor = Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  return Number.isSafeInteger(minor) ? minor : undefined;
}
