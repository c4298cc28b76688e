/** Reading a cue's JSON: the marks and types only; whether it counts is for the core to say. */
import { cueFields } from "./core.js";
import type { Cue } from "./wire.js";

/** The cue in this text; none where it is the host's own metadata. */
export function readCue(text: string): Cue | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("beckon" in value) || typeof value.beckon !== "number") return undefined;
  return value as Cue;
}

/** Its fields for the core; whatever is missing or of the wrong type becomes what the core refuses. */
export function fieldsOf(cue: Cue): ReturnType<typeof cueFields> {
  return cueFields(
    whole(cue.beckon),
    text(cue.kind),
    text(cue.cue_id),
    text(cue.media_id),
    typeof cue.seen_ms === "number" ? cue.seen_ms : Number.NaN,
    Date.parse(text(cue.sent_at)),
    Date.parse(text(cue.valid_until)),
    whole(cue.spread_ms),
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function whole(value: unknown): number {
  return typeof value === "number" && value > 0 ? Math.min(Math.trunc(value), 0xffff_ffff) : 0;
}
