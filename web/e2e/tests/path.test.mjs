/** The arithmetic of the way from first frame to painted overlay. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { firstFrame, lines, publishedAt, steps } from "../src/path.mjs";

const zeroMs = Date.parse("2026-11-20T10:00:00.000Z");
const playlists = [
  { at: zeroMs + 4000, text: "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive.m3u8\n" },
  { at: zeroMs + 4100, text: "#EXTM3U\n#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:00.000Z\n#EXTINF:2.0,\n0.ts\n#EXTINF:2.0,\n1.ts\n" },
  { at: zeroMs + 6200, text: "#EXTM3U\n#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:02.000Z\n#EXTINF:2.0,\n1.ts\n#EXTINF:2.0,\n2.ts\n" },
];
const traced = {
  zeroMs,
  clipMs: 3000,
  truth: [{ name: "Kingfisher", from_ms: 1500, to_ms: 2500 }],
  detections: [
    { position_ms: 5000, name: "Kingfisher", seen_at: "2026-11-20T10:00:06.400Z" },
    { position_ms: 4000, name: "Cup", seen_at: "2026-11-20T10:00:06.300Z" },
  ],
  playlists,
  name: "Kingfisher",
  sentAt: zeroMs + 6500,
  cueAt: zeroMs + 8300,
  askedAt: zeroMs + 8400,
  decidedAt: zeroMs + 8410,
  paintedAt: zeroMs + 11_000,
};

test("the first frame is where the truth says that the showing began, in this round of the clip", () => {
  assert.deepEqual(firstFrame(traced), { positionMs: 4500, from: "truth" });
});

test("without a truth the first detection stands for it", () => {
  assert.deepEqual(firstFrame({ ...traced, truth: [] }), { positionMs: 5000, from: "detections" });
});

test("what was never detected has no first frame", () => {
  assert.equal(firstFrame({ ...traced, name: "Kettle" }), null);
});

test("a segment counts as published when a playlist first names it", () => {
  assert.equal(publishedAt(playlists, zeroMs + 2500), null, "the first playlist named it already: nobody knows since when");
  assert.equal(publishedAt(playlists, zeroMs + 4500), zeroMs + 6200);
  assert.equal(publishedAt(playlists, zeroMs + 9000), null);
});

test("every step has its line, and what is not known says so", () => {
  const told = lines(steps({ ...traced, playlists: [] }));
  assert.equal(told.length, 8);
  assert.match(told[1] ?? "", /not known/);
  assert.match(told[7] ?? "", /\+2590 ms +\+6500 ms/);
});
