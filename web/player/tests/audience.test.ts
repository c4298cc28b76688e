/** What the page says of the audience's numbers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { answersTop, rateTicks } from "../src/audience/scale.js";
import { csv, headline, spoken } from "../src/audience/sentences.js";
import type { Audience } from "../src/demo.js";
import { p95 } from "../src/percentile.js";
import { pace } from "../src/viewer/together.js";
import { brief, percent, place, span } from "../src/words.js";

const audience: Audience = {
  viewers: 200,
  seed: 1,
  tastes: true,
  answers: 4000,
  random: 0.2,
  best: 0.5,
  ranked_by: "popularity",
  points: [
    { answers: 1000, learnt: 0.21, low: 0.18, high: 0.24 },
    { answers: 4000, learnt: 0.41, low: 0.38, high: 0.44 },
  ],
  promotions: [{ answers: 2500, model_id: "m-1", why: "better" }],
  verdict: null,
};

test("before the first answer nothing is claimed", () => {
  assert.equal(headline({ ...audience, points: [] }), "The audience has not answered yet.");
});

test("the headline gives the rate with its range, against random and the best", () => {
  assert.equal(headline(audience), "41 % engage (38 % to 44 %), 2.0 times random, 70 % of the way to the best possible.");
});

test("a world without tastes promises nothing", () => {
  assert.match(headline({ ...audience, tastes: false }), /no ranking beats random/);
});

test("the spoken curve names start, end, bounds and promotions", () => {
  assert.match(spoken(audience), /began at 21 % and stands at 41 %.*One model was promoted\.$/);
});

test("the table has one row a point and the promotion where it fell", () => {
  assert.deepEqual(csv(audience).split("\n"), [
    "answers,learnt,low,high,random,best,promoted_model",
    "1000,0.21,0.18,0.24,0.2,0.5,",
    "4000,0.41,0.38,0.44,0.2,0.5,m-1",
    "",
  ]);
});

test("ticks begin at zero and at most four stand above it", () => {
  for (const highest of [0.01, 0.08, 0.2, 0.37, 0.5, 0.74, 1]) {
    const ticks = rateTicks(highest);
    assert.equal(ticks[0], 0);
    assert.ok(ticks.length >= 2 && ticks.length <= 5, `${highest}: ${ticks.join(" ")}`);
  }
});

test("the line ends before the right edge, so that its words fit", () => {
  assert.ok(answersTop(1000, 700, false) > 1200);
  assert.ok(answersTop(0, 0, true) > 0);
});

test("the follower hurries when behind, waits when ahead, and leaves a pause alone", () => {
  assert.ok(pace(800) > 1 && pace(800) <= 1.06);
  assert.ok(pace(-800) < 1);
  assert.equal(pace(10), 1);
  assert.equal(pace(60_000), 1);
});

test("numbers are as fine as they are worth", () => {
  assert.equal(place(2_467_000), "41:07");
  assert.equal(place(3_729_000), "1:02:09");
  assert.equal(percent(0.061), "6.1 %");
  assert.equal(percent(0.44), "44 %");
  assert.equal(span(3.14), "3.1 ms");
  assert.equal(span(1200), "1.2 s");
  assert.equal(brief("sha256:0123456789abcdef"), "0123456789");
  assert.equal(p95([1, 2, 3, 100]), 100);
  assert.equal(p95([]), 0);
});
