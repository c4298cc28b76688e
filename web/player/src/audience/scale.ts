/** Where the curve's axes end and which ticks they carry. */

/** Zero is in sight, and at most four ticks stand above it. */
export function rateTicks(highest: number): number[] {
  const top = Math.min(1, Math.max(0.04, highest * 1.08));
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25].find((one) => top / one < 5) ?? 0.25;
  const ticks = [];
  for (let at = 0; at <= Math.floor(top / step + 1e-9); at += 1) ticks.push(Number((at * step).toFixed(4)));
  return ticks;
}

/** Room on the right for the words at the line's end. */
export function answersTop(answers: number, width: number, narrow: boolean): number {
  const words = (narrow ? 50 : 190) + 44;
  const share = width > 0 ? Math.max(0.5, 1 - words / width) : 0.75;
  return Math.max(1, answers) / share;
}
