/** Gathers what is known of the way to one painted overlay, from the record, the API and the playlists. */
import { get, truth } from "./asking.mjs";

/** @typedef {import("./browser.mjs").Said} Said */

/**
 * The first overlay that a detection on a cue brought to the screen, with every moment of its way; null when there was none.
 * @param {import("./server.mjs").Demo} demo
 * @param {Said[]} said
 * @param {{ at: number, text: string }[]} playlists
 * @returns {Promise<(import("./path.mjs").Traced & { viewer: string, title: string }) | null>}
 */
export async function trace(demo, said, playlists) {
  const config = await (await fetch(new URL("demo/config.json", demo.url))).json();
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
    return {
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
    };
  }
  return null;
}
