/** What the compiler must hold; nothing of it runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type Hls from "hls.js";
import type { BeckonEvent, BeckonEvents, HlsPlayer } from "../ts/api.js";
import { KINDS } from "../ts/draw/model.js";
import type { InstrumentKind } from "../ts/wire.js";

type Holds<T extends true> = T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** The real hls.js is a player as the SDK describes one. */
export type HlsFits = Holds<Hls extends HlsPlayer ? true : false>;
/** Every event names its own type, so that a switch narrows it. */
export type NamesFit = Holds<Same<{ [T in keyof BeckonEvents]: BeckonEvents[T]["type"] extends T ? true : false }[keyof BeckonEvents], true>>;
/** An event's type picks its payload. */
export type Narrowed = Holds<Same<Extract<BeckonEvent, { type: "painted" }>["latenessMs"], number>>;

test("every kind of the contract can be drawn", () => {
  const drawn: Record<InstrumentKind, boolean> = { ad: false, poll: false, quiz: false, trivia: false, product: false, promotion: false, upsell: false };
  for (const kind of KINDS) drawn[kind] = true;
  assert.deepEqual(Object.entries(drawn).filter(([, can]) => !can), []);
});
