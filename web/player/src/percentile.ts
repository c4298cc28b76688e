/** Order statistics of what the page measured. */

/** The value that 95 of 100 stay under; 0 of nothing. */
export function p95(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
}
