/** Gathers what is known of the way to one painted overlay, from the record, the API and the playlists. */
import { get, truth } from "./asking.mjs";
import { steps } from "./path.mjs";

/** @typedef {import("./browser.mjs").Said} Said */
/** @typedef {import("./path.mjs").Traced & { viewer: string, title: string, way: import("./path.mjs").Step[], tookMs: number }} Trace */

/**
 * The overlay that went the shortest way from its object's first frame to the screen, of those whose every moment is known: an object that was in the
 * picture before the page was opened, or that waited for a quiet time to end, tells nothing of the way.
 * @param {import("./server.mjs").Demo} demo
 * @param {Said[]} said
 * @param {{ at: number, text: string }[]} playlists
 * @returns {Promise<Trace | null>}
 */
export async function trace(demo, said, playlists) {
  const known = [];
  for (const traced of await all(demo, said, playlists)) {
    const way = steps(traced);
    if (way.every((step) => step.at !== null)) known.push({ ...traced, way, tookMs: traced.paintedAt - /** @type {number} */ (way[0]?.at) });
  }
  return known.sort((a, b) => a.tookMs - b.tookMs)[0] ?? null;
}

/**
 * @param {import("./server.mjs").Demo} demo
 * @param {Said[]} said
 * @param {{ at: number, text: string }[]} playlists
 * @returns {Promise<(import("./path.mjs").Traced & { viewer: string, title: string })[]>}
 */
async function all(demo, said, playlists) {
  const config = await (await fetch(new URL("demo/config.json", demo.url))).json();
  const found = [];
  for (const { viewer, event } of said) {
    if (event.type !== "painted") continue;
    const mine = said.filter((one) => one.viewer === viewer).map((one) => one.event);
    const decided = mine.find((one) => one.type === "decided" && one.decision.overlays.some((overlay) => overlay.receipt === event.overlay.receipt));
    if (decided?.type !== "decided" || !decided.cueId || !decided.decision.explanation) continue;
    const cue = mine.find((one) => one.type === "cue" && one.verdict === "taken" && one.cue.cue_id === decided.cueId);
    const asked = mine.find((one) => one.type === "asked" && one.cueId === decided.cueId);
    if (cue?.type !== "cue" || !asked) continue;
    const instrument = await get(demo, `v1/instruments/${event.overlay.instrument_id}`, "marketer");
    const triggers = (instrument.trigger?.names ?? []).map((/** @type {string} */ name) => name.toLowerCase());
    const seen = decided.decision.explanation.seen.find((one) => triggers.includes(one.name.toLowerCase()));
    if (!seen) continue;
    const from = Math.max(0, seen.position_ms - 30_000);
    const detections = await get(demo, `v1/media/${config.media_id}/detections?from_ms=${from}&to_ms=${seen.position_ms}`, "marketer");
    found.push({
      viewer,
      title: instrument.name,
      zeroMs: Date.parse(config.zero),
      clipMs: config.clip_duration_ms,
      truth: config.source === "broadcast" ? await truth() : [],
      detections: detections.items,
      playlists,
      name: seen.name,
      sentAt: Date.parse(cue.cue.sent_at),
      cueAt: cue.at,
      askedAt: asked.at,
      decidedAt: decided.at,
      paintedAt: event.at,
    });
  }
  return found;
}
