/** Cues in ID3 tags, byte by byte as they travel in the stream. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { textOf, textsIn } from "../ts/adapters/id3.js";

const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];
const syncsafe = (size: number): number[] => [21, 14, 7, 0].map((shift) => (size >> shift) & 0x7f);
const plain = (size: number): number[] => [24, 16, 8, 0].map((shift) => (size >> shift) & 0xff);

function frame(id: string, body: number[], size = syncsafe): number[] {
  return [...bytes(id), ...size(body.length), 0, 0, ...body];
}
function tag(frames: number[], version = 4, flags = 0): Uint8Array {
  return new Uint8Array([...bytes("ID3"), version, 0, flags, ...syncsafe(frames.length), ...frames]);
}
const priv = (owner: string, text: string, size = syncsafe): number[] => frame("PRIV", [...bytes(owner), 0, ...bytes(text)], size);
const CUE = '{"beckon":1,"kind":"check","cue_id":"a"}';

test("a PRIV frame of PutMetadata's owner gives its text", () => {
  assert.deepEqual(textsIn(tag(priv("metadata.live-video.net", CUE))), [CUE]);
});

test("a cue of nearly a kilobyte with letters of every script comes through whole", () => {
  const long = `{"beckon":1,"text":"${"ø漢🐦".repeat(100)}"}`;
  assert.ok(new TextEncoder().encode(long).length > 900);
  assert.deepEqual(textsIn(tag(priv("metadata.live-video.net", long))), [long]);
});

test("version 2.3 counts a frame's size plainly, 2.4 in sevens", () => {
  const long = `{"beckon":1,"text":"${"x".repeat(300)}"}`;
  assert.deepEqual(textsIn(tag(priv("metadata.live-video.net", long, plain), 3)), [long]);
  assert.deepEqual(textsIn(tag(priv("metadata.live-video.net", long), 4)), [long]);
});

test("a TXXX frame in UTF-8 gives its text", () => {
  assert.deepEqual(textsIn(tag(frame("TXXX", [3, ...bytes("beckon"), 0, ...bytes(CUE)]))), [CUE]);
});

test("other owners, other frames and texts that are not JSON are left to the host", () => {
  const foreign = [...priv("com.apple.streaming.transportStreamTimestamp", CUE), ...frame("TIT2", [3, ...bytes(CUE)]), ...priv("metadata.live-video.net", "hello")];
  assert.deepEqual(textsIn(tag(foreign)), []);
});

test("several frames and several tags are all read", () => {
  const one = tag([...priv("metadata.live-video.net", '{"n":1}'), ...priv("metadata.live-video.net", '{"n":2}')]);
  const two = tag(priv("metadata.live-video.net", '{"n":3}'));
  assert.deepEqual(textsIn(new Uint8Array([...one, ...two])), ['{"n":1}', '{"n":2}', '{"n":3}']);
});

test("what is cut short, padded, flagged or not ID3 at all gives nothing and does not throw", () => {
  const whole = tag(priv("metadata.live-video.net", CUE));
  for (let length = 0; length < whole.length; length++) assert.deepEqual(textsIn(whole.subarray(0, length)), []);
  assert.deepEqual(textsIn(tag([...priv("metadata.live-video.net", CUE), ...Array<number>(40).fill(0)])), [CUE]);
  assert.deepEqual(textsIn(tag(priv("metadata.live-video.net", CUE), 4, 0x80)), []);
  assert.deepEqual(textsIn(new Uint8Array(64).fill(255)), []);
});

test("players that hand frames over ready read give the same text", () => {
  const data = new TextEncoder().encode(CUE).buffer as ArrayBuffer;
  assert.equal(textOf("PRIV", "metadata.live-video.net", data), CUE);
  assert.equal(textOf("TXXX", "", CUE), CUE);
  assert.equal(textOf("PRIV", "inband.metadata.live-video.net", data), undefined);
  assert.equal(textOf("TIT2", "", CUE), undefined);
});
