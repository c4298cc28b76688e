/** The way from an object's first frame to its painted overlay, part by part. Pure. */

/**
 * @typedef {object} Traced
 * @property {number} zeroMs the media's zero, epoch ms
 * @property {number} clipMs length of the looped clip
 * @property {{ name: string, from_ms: number, to_ms: number }[]} truth when each thing is in the clip's picture
 * @property {{ position_ms: number, name: string, seen_at: string | null }[]} detections of the window
 * @property {{ at: number, text: string }[]} playlists as the player read them
 * @property {string} name what triggered the overlay
 * @property {number} sentAt the cue's, epoch ms
 * @property {number} cueAt epoch ms, as the next ones
 * @property {number} askedAt
 * @property {number} decidedAt
 * @property {number} paintedAt
 */

/** @typedef {{ part: string, at: number | null, note?: string }} Step */

/**
 * The first frame of the showing that a detection belongs to: from the truth of the clip, else the first detection of it.
 * @param {Traced} traced
 * @returns {{ positionMs: number, from: "truth" | "detections" } | null}
 */
export function firstFrame({ truth, clipMs, detections, name }) {
  const mine = detections.filter((one) => one.name === name).sort((a, b) => a.position_ms - b.position_ms);
  const last = mine.at(-1);
  if (!last) return null;
  const place = last.position_ms % clipMs;
  const showing = truth.find((one) => one.name === name && one.from_ms <= place && place <= one.to_ms);
  if (showing) return { positionMs: last.position_ms - (place - showing.from_ms), from: "truth" };
  return { positionMs: /** @type {{ position_ms: number }} */ (mine[0]).position_ms, from: "detections" };
}

/**
 * When a playlist first named the segment that holds this moment of the stream.
 * @param {{ at: number, text: string }[]} playlists
 * @param {number} momentMs epoch ms
 */
export function publishedAt(playlists, momentMs) {
  // A master playlist names no segments and tells nothing.
  const read = playlists.map(({ at, text }) => ({ at, named: segments(text) })).filter(({ named }) => named.length > 0);
  const inOrder = read.sort((a, b) => a.at - b.at);
  const found = inOrder.findIndex(({ named }) => named.some(({ fromMs, toMs }) => fromMs <= momentMs && momentMs < toMs));
  // What the first playlist names already was published nobody knows when.
  return found > 0 ? inOrder[found]?.at ?? null : null;
}

/** @param {string} text */
function segments(text) {
  const found = [];
  /** @type {number | null} */
  let next = null;
  let length = 0;
  for (const line of text.split("\n")) {
    const date = /^#EXT-X-PROGRAM-DATE-TIME:(.+)$/.exec(line);
    const inf = /^#EXTINF:([\d.]+)/.exec(line);
    if (date?.[1]) next = Date.parse(date[1].trim());
    else if (inf?.[1]) length = Number(inf[1]) * 1000;
    else if (line && !line.startsWith("#") && next !== null) {
      found.push({ fromMs: next, toMs: next + length });
      next += length;
    }
  }
  return found;
}

/**
 * Each step of the way with its moment.
 * @param {Traced} traced
 * @returns {Step[]}
 */
export function steps(traced) {
  const first = firstFrame(traced);
  const firstAt = first && traced.zeroMs + first.positionMs;
  const analysed = traced.detections
    .filter((one) => one.name === traced.name && first && one.position_ms >= first.positionMs && one.seen_at)
    .sort((a, b) => a.position_ms - b.position_ms)[0];
  return [
    { part: "first frame in the picture", at: firstAt, note: first ? `by ${first.from}` : "not known" },
    { part: "segment published", at: firstAt === null ? null : publishedAt(traced.playlists, firstAt), note: "as a player sees it" },
    { part: "analysed", at: analysed?.seen_at ? Date.parse(analysed.seen_at) : null, note: analysed ? `frame at ${analysed.position_ms} ms` : "" },
    { part: "cue sent", at: traced.sentAt },
    { part: "cue in the player", at: traced.cueAt },
    { part: "asked", at: traced.askedAt },
    { part: "decided", at: traced.decidedAt },
    { part: "painted", at: traced.paintedAt, note: "at its turn at the playhead" },
  ];
}

/**
 * The steps as lines: each with the time since the one before and since the first.
 * @param {Step[]} all
 */
export function lines(all) {
  const from = all.find((step) => step.at !== null)?.at ?? 0;
  let before = from;
  return all.map(({ part, at, note }) => {
    const name = part.padEnd(28);
    if (at === null) return `${name}   not known${note ? ` (${note})` : ""}`;
    const line = `${name} ${signed(at - before)} ms ${signed(at - from)} ms${note ? `  (${note})` : ""}`;
    before = at;
    return line;
  });
}

/** @param {number} ms */
function signed(ms) {
  return `${ms < 0 ? "-" : "+"}${Math.abs(Math.round(ms))}`.padStart(8);
}
