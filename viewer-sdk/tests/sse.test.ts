/** Cues beside the stream: whole events from pieces, and coming back after a break. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BeckonError } from "../ts/error.js";
import { EventLines, readCues } from "../ts/sse.js";

test("wherever the network cuts, the events are the same", () => {
  const text = ': hello\n\nid: 1\nevent: cue\ndata: {"a":1}\n\ndata:two\ndata: lines\r\n\r\n';
  for (let at = 0; at <= text.length; at++) {
    const lines = new EventLines();
    const events = [...lines.push(text.slice(0, at)), ...lines.push(text.slice(at))];
    assert.deepEqual(events, ['{"a":1}', "two\nlines"], `cut at ${at}`);
  }
});

test("an event that is not whole is not told", () => {
  assert.deepEqual(new EventLines().push("data: half"), []);
});

const streamOf = (...texts: string[]): ReadableStream<Uint8Array> => new Blob(texts).stream() as ReadableStream<Uint8Array>;

test("after a break it comes back, and what passes is tried again", async () => {
  const opens = [() => streamOf("data: one\n\n"), () => { throw new BeckonError("unavailable", "busy", { status: 503 }); }, () => streamOf("data: two\n\n")];
  const heard: string[] = [];
  const breaks: boolean[] = [];
  let stop = (): void => undefined;
  await new Promise<void>((resolve) => {
    stop = readCues(
      async () => opens.shift()?.() ?? new ReadableStream(),
      (data) => { heard.push(data); if (heard.length === 2) resolve(); },
      (_, willRetry) => breaks.push(willRetry),
    );
  });
  stop();
  assert.deepEqual(heard, ["one", "two"]);
  assert.deepEqual(breaks, [true, true]);
});

test("a refusal that will not pass ends it", async () => {
  let opened = 0;
  const willRetry = await new Promise<boolean>((resolve) => {
    readCues(async () => { opened++; throw new BeckonError("forbidden", "no", { status: 403 }); }, () => undefined, (_, again) => resolve(again));
  });
  assert.deepEqual([willRetry, opened], [false, 1]);
});
