/** The built core through its loader: the rules themselves are tested in Rust. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { createCore, load, qrCode, version } from "../ts/core.js";
import { fieldsOf, readCue } from "../ts/cue.js";
import { BeckonError } from "../ts/error.js";

const built = (name: string): URL => new URL(`../../${name}`, import.meta.url);
const cue = (facts: object): string => JSON.stringify({
  beckon: 1, kind: "check", cue_id: "a", media_id: "cup", seen_ms: 81_000, sent_at: "2026-11-20T19:01:23.400Z", valid_until: "2026-11-20T19:02:23.400Z", spread_ms: 400, ...facts,
});
const SENT = Date.parse("2026-11-20T19:01:23.400Z");

test("used before it is loaded, it says so; a failed load can be tried again", async () => {
  assert.throws(() => createCore("cup", 0), (thrown) => thrown instanceof BeckonError && thrown.code === "not_loaded");
  await assert.rejects(load(new Uint8Array([1, 2, 3])), (thrown) => thrown instanceof BeckonError && thrown.code === "wasm_failed");
  await load(await readFile(built("beckon.wasm")));
  await load("http://127.0.0.1:1/never-asked");
  assert.match(version(), /^\d+\.\d+\.\d+/);
});

test("a cue from the stream is taken at its date minus zero, and not a second time", () => {
  const core = createCore("cup", Date.parse("2026-11-20T19:00:00Z"));
  const read = readCue(cue({}));
  assert.ok(read);
  const first = core.hear_in_stream(fieldsOf(read), 5_000, SENT + 1_600, SENT, 0.5);
  assert.deepEqual([first.verdict, first.place_ms, first.wait_ms], ["taken", 85_000, 200]);
  assert.equal(core.hear_in_stream(fieldsOf(read), 5_000, SENT + 1_600, SENT, 0.5).verdict, "seen");
});

test("cues as a service of the first version writes them are taken, byte by byte", async () => {
  const lines = (await readFile(new URL("../../../../api/tests/fixtures/cue/version_1.jsonl", import.meta.url), "utf8")).trim().split("\n");
  const core = createCore("harbour-cup", 0);
  const heard = lines.map((line) => {
    const read = readCue(line);
    assert.ok(read);
    return [read.kind, core.hear_beside(fieldsOf(read), 0, SENT, 0).verdict, read.instrument_id, read.show_at_ms];
  });
  assert.deepEqual(heard, [
    ["check", "taken", undefined, undefined],
    ["show", "taken", "poll-1", 89_000],
    ["withdraw", "taken", "poll-1", undefined],
    ["withdraw", "taken", undefined, undefined],
  ]);
});

test("a withdrawal of several is taken like one of everything, and names them", () => {
  const core = createCore("cup", 0);
  const read = readCue(cue({ kind: "withdraw", instrument_ids: ["a", "b"] }));
  assert.ok(read);
  assert.equal(core.hear_beside(fieldsOf(read), 0, SENT, 0).verdict, "taken");
  assert.deepEqual([read.instrument_id, read.instrument_ids], [undefined, ["a", "b"]]);
});

test("what is wrong with a cue is said, whatever its fields hold", () => {
  const core = createCore("cup", 0);
  const verdict = (facts: object): string => {
    const read = readCue(cue(facts));
    assert.ok(read);
    return core.hear_beside(fieldsOf(read), 0, SENT, 0).verdict;
  };
  assert.equal(verdict({ beckon: 2 }), "unknown_version");
  assert.equal(verdict({ kind: "sing" }), "unknown_kind");
  assert.equal(verdict({ media_id: 7 }), "other_media");
  assert.equal(verdict({ cue_id: null }), "malformed");
  assert.equal(verdict({ sent_at: "yesterday" }), "malformed");
  assert.equal(verdict({ seen_ms: "81000" }), "malformed");
  assert.equal(verdict({ valid_until: "2026-11-20T19:00:00Z" }), "expired");
  assert.equal(verdict({ spread_ms: -5, extra: { nested: true } }), "taken");
});

test("the host's own metadata is left alone", () => {
  for (const text of ["", "{", "null", "7", '"beckon"', "[]", '{"score":"1-0"}', '{"beckon":"1"}']) assert.equal(readCue(text), undefined);
});

test("an overlay comes and goes with the playhead, and its events wait in order", () => {
  const core = createCore("cup", 0);
  const key = core.plan("d", "poll", 10_000, 20_000, false, undefined);
  assert.equal(key, 1);
  assert.equal(core.next_change(9_999), undefined);
  assert.equal(core.next_change(10_000)?.what, "show");
  assert.equal(core.next_change(20_000)?.what, "expire");
  core.queue_event("1", '{"a":1}', 0);
  core.queue_event("2", '{"b":2}', 0);
  assert.deepEqual(core.next_batch(0)?.bodies, ['{"a":1}', '{"b":2}']);
  core.fail_batch(0, 1, undefined);
  assert.equal(core.next_batch_in_ms(0), 1_000);
});

test("a link becomes a code, a novel does not", () => {
  const code = qrCode("https://kestrel.example.com/heron");
  assert.ok(code && code.size >= 25 && code.path.startsWith("M0 0h7v1h-7z"));
  assert.equal(qrCode("x".repeat(5_000)), undefined);
});
