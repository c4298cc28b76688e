/** What the catalogue says of a video. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { counted, length, seen, share, standing, type Video } from "../src/catalogue/words.js";

const video: Video = {
  media_id: "swan",
  title: "swan",
  state: "done",
  error: null,
  duration_ms: 60_000,
  analysed_ms: 60_000,
  file_url: "/f",
  poster_url: "/p",
  preview_url: "/m",
  detections_url: "/d",
  labels: [{ kind: "label", name: "Swan", count: 38, best_confidence: 99.6 }],
  created_at: "2026-11-20T18:30:00.000Z",
  finished_at: "2026-11-20T18:31:00.000Z",
};

test("a length is written as players write it", () => {
  assert.equal(length(4_400), "0:04");
  assert.equal(length(245_000), "4:05");
  assert.equal(length(3_723_000), "1:02:03");
});

test("a video says how it stands, and why it failed", () => {
  assert.equal(standing(video), "1 thing in it");
  assert.equal(standing({ ...video, labels: [] }), "Nothing known is in it");
  assert.equal(standing({ ...video, state: "recognising", analysed_ms: 20_000 }), "Looking, 33 % done");
  assert.equal(standing({ ...video, state: "failed", error: "the file has no pictures" }), "Failed: the file has no pictures");
  assert.equal(standing({ ...video, state: "queued", error: "no answer" }), "Tried again: no answer");
  assert.equal(share({ ...video, duration_ms: null }), 0);
});

test("all of them are counted, and what needs a look is said", () => {
  assert.equal(counted([video]), "1 video");
  const others: Video[] = [video, { ...video, state: "storing" }, { ...video, state: "failed" }];
  assert.equal(counted(others), "3 videos, 1 being worked on, 1 failed");
  assert.equal(seen(video), "Swan, 38 times");
});
