/** What the audience's numbers mean, in sentences: for the eye, for screen readers, and as a table. */
import type { Audience } from "../demo.js";
import { brief, count, percent } from "../words.js";

type Point = Audience["points"][number];

/** Random and best lie so close that there is nothing to learn between them. */
const FLAT = 0.005;

export function last(audience: Audience): Point | null {
  return audience.points.at(-1) ?? null;
}

/** How many times random the learnt ranking stands at. */
export function timesRandom(audience: Audience): number | null {
  const now = last(audience);
  return now && audience.random > 0 ? now.learnt / audience.random : null;
}

export function who(audience: Audience): string {
  return `${count(audience.viewers)} simulated viewers, engaged rate`;
}

/** The headline over the curve. */
export function headline(audience: Audience): string {
  const now = last(audience);
  if (!now) return "The audience has not answered yet.";
  const range = `${percent(now.learnt)} engage (${percent(now.low)} to ${percent(now.high)})`;
  if (!audience.tastes) return `${range}. In a world without tastes no ranking beats random, ${percent(audience.random)}.`;
  const gap = audience.best - audience.random;
  if (gap < FLAT) return `${range}, random ${percent(audience.random)}.`;
  return `${range}, ${times(audience)}, ${way(now, audience, gap)}`;
}

function way(now: Point, audience: Audience, gap: number): string {
  const share = (now.learnt - audience.random) / gap;
  if (share < 0.02) return "no better than random yet.";
  return `${Math.min(100, Math.round(share * 100))} % of the way to the best possible.`;
}

/** The words at the line's end. */
export function times(audience: Audience): string {
  const ratio = timesRandom(audience);
  return ratio === null ? "" : `${ratio.toFixed(1)} times random`;
}

/** What the last gate said, and who ranks now. */
export function verdict(audience: Audience): string {
  const who = audience.ranked_by === "popularity" ? "Ranked by popularity." : `Ranked by model ${brief(audience.ranked_by)}.`;
  return audience.verdict ? `${who} ${audience.verdict}` : `${who} No model has been trained yet.`;
}

/** The curve for those who do not see it. */
export function spoken(audience: Audience): string {
  const [first, now] = [audience.points[0], last(audience)];
  if (!first || !now) return "The curve is empty: no answers yet.";
  const promoted = audience.promotions.length;
  return (
    `Engaged rate over ${count(now.answers)} answers: it began at ${percent(first.learnt)} and stands at ${percent(now.learnt)}, ` +
    `between ${percent(now.low)} and ${percent(now.high)}. Random is ${percent(audience.random)}, the best possible ${percent(audience.best)}. ` +
    `${promoted === 0 ? "No model was promoted." : promoted === 1 ? "One model was promoted." : `${promoted} models were promoted.`}`
  );
}

/** The curve as a table. */
export function csv(audience: Audience): string {
  const head = "answers,learnt,low,high,random,best,promoted_model";
  const rows = audience.points.map((point, at) => {
    const from = audience.points[at - 1]?.answers ?? -1;
    const promoted = audience.promotions.filter((one) => one.answers > from && one.answers <= point.answers).map((one) => one.model_id);
    return [point.answers, point.learnt, point.low, point.high, audience.random, audience.best, promoted.join(" ")].join(",");
  });
  return [head, ...rows, ""].join("\n");
}
