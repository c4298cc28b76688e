/** The panel's story, told event by event. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { BeckonEvent, Decision, Overlay } from "@beckon/viewer-sdk";
import { BEGINNING, next, title } from "../src/viewer/story.js";
import { LEFT_OUT, NOTHING, whyNothing } from "../src/words.js";

const overlay: Overlay = {
  instrument_id: "poll-1",
  version: 1,
  kind: "poll",
  locale: null,
  show_at_ms: 65_000,
  hide_at_ms: 95_000,
  layout: { anchor: "top_end" },
  content: { kind: "poll", question: "What is it waiting for?", answers: [{ answer_id: "fish", text: "A fish" }, { answer_id: "rain", text: "The rain" }] },
  receipt: "r",
};

function decided(overlays: Overlay[], reasons: Decision["reasons"] = []): BeckonEvent {
  const decision: Decision = { decision_id: "d", media_id: "demo", position_ms: 65_000, overlays, next_check_ms: null, reasons };
  return { type: "decided", at: 0, cueId: null, decision, tookMs: 3 };
}

test("a chosen overlay waits for its turn and is on screen once painted", () => {
  const waiting = next(BEGINNING, decided([overlay]));
  assert.equal(waiting.state?.text, "Waits for its turn at 1:05.");
  const painted = next(waiting, { type: "painted", at: 1, overlay, positionMs: 65_010, latenessMs: 10 });
  assert.equal(painted.state?.text, "On screen from 1:05 to 1:35.");
  assert.equal(painted.busy, true);
});

test("what is painted is explained by its own decision, also where another came later", () => {
  const shown: Overlay = { ...overlay, instrument_id: "poll-2", receipt: "r2" };
  const both = next(next(BEGINNING, decided([shown])), decided([overlay]));
  assert.equal(both.told?.overlays[0]?.instrument_id, "poll-1");
  const painted = next(both, { type: "painted", at: 1, overlay: shown, positionMs: 65_010, latenessMs: 10 });
  assert.equal(painted.told?.overlays[0]?.instrument_id, "poll-2");
});

test("an empty decision does not replace the story of an overlay that is on screen", () => {
  const busy = next(BEGINNING, decided([overlay]));
  assert.equal(next(busy, decided([], [{ reason: "showing", count: 1 }])), busy);
});

test("an empty decision says the reason that left out the most", () => {
  const after = next(BEGINNING, decided([], [{ reason: "quiet", count: 1 }, { reason: "outside_audience", count: 4 }]));
  assert.match(after.state?.text ?? "", /This viewer is in no audience of what would fit\.$/);
  assert.equal(after.busy, false);
});

test("an answer is told in the words that the viewer pressed", () => {
  const after = next(next(BEGINNING, decided([overlay])), { type: "answered", at: 2, overlay, answerId: "fish" });
  assert.match(after.state?.text ?? "", /“A fish”/);
});

test("when an overlay is gone the next empty decision may be told", () => {
  const gone = next(next(BEGINNING, decided([overlay])), { type: "gone", at: 3, overlay, why: "expired" });
  assert.equal(gone.state?.text, "Gone: its time was over.");
  assert.equal(gone.told?.overlays.length, 1);
  assert.notEqual(next(gone, decided([])), gone);
});

test("a title is the question of what asks", () => {
  assert.equal(title(overlay), "What is it waiting for?");
});

test("no live instrument at all is said as such", () => {
  assert.equal(whyNothing([]), "No instrument is live.");
});

test("every reason of the contract has a sentence in both tables, and no other has", () => {
  const contract = JSON.parse(readFileSync("../../openapi/openapi.json", "utf8")) as { components: { schemas: { Reason: { enum: string[] } } } };
  const codes = [...contract.components.schemas.Reason.enum].sort();
  for (const table of [LEFT_OUT, NOTHING]) {
    assert.deepEqual(Object.keys(table).sort(), codes);
    for (const words of Object.values(table)) assert.match(words, /^[A-Z].*\.$/);
  }
});
