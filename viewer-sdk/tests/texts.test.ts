/** Words, numbers and places. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { coversTooMuch, fitsQr, pictureIn, placeFor } from "../ts/draw/place.js";
import { safeLink } from "../ts/draw/model.js";
import { clock, count, percent, price, textsFor } from "../ts/texts/texts.js";

test("a language is found whatever its region, and English stands in for others", () => {
  assert.equal(textsFor("de-AT").why, "Warum das?");
  assert.equal(textsFor("AR").direction, "rtl");
  assert.equal(textsFor("nb-NO").why, "Why this?");
  assert.equal(textsFor("").why, "Why this?");
});

test("prices stand as their language and currency write them", () => {
  assert.equal(price({ amount_minor: 18_900, currency: "EUR" }, "en"), "€189");
  assert.equal(price({ amount_minor: 18_950, currency: "EUR" }, "en"), "€189.50");
  assert.equal(price({ amount_minor: 500, currency: "JPY" }, "en"), "¥500");
  assert.match(price({ amount_minor: 18_900, currency: "EUR" }, "de"), /^189\s€$/);
});

test("a currency or locale that does not exist breaks nothing", () => {
  assert.equal(price({ amount_minor: 1_000, currency: "?" }, "en"), "10 ?");
  assert.equal(count(1_234, "not a locale"), "1,234");
  assert.equal(percent(0.584, "en"), "58%");
});

test("times read as people say them", () => {
  assert.deepEqual([-5, 0, 9_999, 2_467_000, 3_723_000].map(clock), ["0:00", "0:00", "0:09", "41:07", "1:02:03"]);
});

test("only http and https may be followed", () => {
  assert.equal(safeLink("https://a.example.com/x"), "https://a.example.com/x");
  for (const bad of ["javascript:alert(1)", "data:text/html,x", "//a.example.com", "", null, undefined, " java\nscript:alert(1)"]) assert.equal(safeLink(bad), undefined);
});

test("the width decides the place", () => {
  assert.deepEqual([255, 256, 399, 400, 1_280].map(placeFor), [undefined, "strip", "strip", "corner", "corner"]);
  assert.deepEqual([fitsQr(639, false), fitsQr(640, false), fitsQr(1_280, true)], [false, true, false]);
});

test("what asks may cover 28 %, what sells 20 %", () => {
  const picture = { width: 100, height: 100 };
  assert.deepEqual([28, 29].map((height) => coversTooMuch({ width: 100, height }, picture, true)), [false, true]);
  assert.deepEqual([20, 21].map((height) => coversTooMuch({ width: 100, height }, picture, false)), [false, true]);
});

test("the picture is found between its bars", () => {
  assert.deepEqual(pictureIn({ width: 400, height: 400 }, { width: 1_600, height: 900 }), { left: 0, top: 87.5, width: 400, height: 225 });
  assert.deepEqual(pictureIn({ width: 400, height: 300 }, { width: 0, height: 0 }), { left: 0, top: 0, width: 400, height: 300 });
});
