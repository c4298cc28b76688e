/** Words, numbers and places. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { coversTooMuch, fitsQr, pictureIn, placeFor, spotOf } from "../ts/draw/place.js";
import { mannerOf } from "../ts/draw/manner.js";
import { payer, safeLink, type Manner } from "../ts/draw/model.js";
import type { Content, Overlay } from "../ts/wire.js";
import { clock, count, directionOf, percent, price, textsFor } from "../ts/texts/texts.js";

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

test("an amount counts in the smallest unit of ISO 4217, whatever browsers make of the currency", () => {
  const told = (amount_minor: number, currency: string): string => price({ amount_minor, currency }, "en").replace(/[^0-9.,]/g, "");
  assert.equal(told(199_000, "HUF"), "1,990");
  assert.equal(told(199_050, "HUF"), "1,990.50");
  assert.equal(told(1_500_000, "IDR"), "15,000");
  assert.equal(told(18_900, "IQD"), "18.900");
  assert.equal(told(18_900, "KWD"), "18.900");
  assert.equal(told(18_900, "KRW"), "18,900");
  assert.equal(told(123_456, "CLF"), "12.3456");
});

test("a currency or locale that does not exist breaks nothing", () => {
  assert.equal(price({ amount_minor: 1_000, currency: "?" }, "en"), "10 ?");
  assert.equal(count(1_234, "not a locale"), "1,234");
  assert.equal(percent(0.584, "en"), "58%");
});

test("times read as people say them", () => {
  assert.deepEqual([-5, 0, 9_999, 2_467_000, 3_723_000].map(clock), ["0:00", "0:00", "0:09", "41:07", "1:02:03"]);
});

test("a card speaks its content's language where the SDK has it, and counts as the viewer's region does", () => {
  const manner = (locale: string): Manner => ({ locale, texts: textsFor(locale), base: "" });
  const of = (locale: string | null, viewers: string): [string, string] => {
    const own = mannerOf({ locale } as Overlay, manner(viewers));
    return [own.locale, own.texts.why];
  };
  assert.deepEqual(of("de", "de-CH"), ["de-CH", "Warum das?"]);
  assert.deepEqual(of("de", "en-GB"), ["de", "Warum das?"]);
  assert.deepEqual(of("fr", "de"), ["de", "Warum das?"]);
  assert.deepEqual(of(null, "de"), ["de", "Warum das?"]);
  assert.deepEqual(["he-IL", "AR", "fa", "en", ""].map(directionOf), ["rtl", "rtl", "rtl", "ltr", "ltr"]);
});

test("who pays is told of everything that is paid for", () => {
  const offer = { title: "", link_url: "", link_text: "", advertiser: "Tern Coffee" };
  const question = { question: "", answers: [] };
  const contents: Content[] = [
    { kind: "ad", ...offer }, { kind: "product", ...offer, paid_by: "Tern Group" }, { kind: "upsell", ...offer }, { kind: "upsell", ...offer, paid_by: "Tern Group" },
    { kind: "poll", ...question }, { kind: "quiz", ...question, paid_by: "Tern Coffee" },
  ];
  assert.deepEqual(contents.map(payer), ["Tern Coffee", "Tern Group", undefined, "Tern Group", undefined, "Tern Coffee"]);
});

test("only http and https may be followed", () => {
  const base = "https://api.example.com:8443/";
  assert.equal(safeLink("https://a.example.com/x", base), "https://a.example.com/x");
  assert.equal(safeLink("/r/abc", base), "https://api.example.com:8443/r/abc", "an address without a host is the API's");
  for (const bad of ["javascript:alert(1)", "data:text/html,x", "//a.example.com", "", null, undefined, " java\nscript:alert(1)"]) assert.equal(safeLink(bad, base), undefined);
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

test("a card stands on the edges of its corner, so that it grows into the picture", () => {
  const layout = { anchor: "bottom_start", left: 5, top: 60, width: 30, height: 35 } as const;
  assert.deepEqual(spotOf(layout, false), { edges: { left: 5, bottom: 5 }, width: 30, height: 35 });
  const right = { anchor: "top_end", left: 65, top: 5, width: 30, height: 35 } as const;
  assert.deepEqual(spotOf(right, true), { edges: { right: 5, top: 5 }, width: 30, height: 35 });
  assert.equal(spotOf({ anchor: "top_end" }, false), undefined);
});

test("captions that were switched on since lift what stands on them", () => {
  const low = { anchor: "bottom_end", left: 65, top: 60, width: 30, height: 35 } as const;
  assert.deepEqual(spotOf(low, true)?.edges, { right: 5, bottom: 18 });
  const above = { ...low, top: 40 };
  assert.deepEqual(spotOf(above, true)?.edges, { right: 5, bottom: 25 });
});

test("a card that is taller than its spot is drawn smaller", () => {
  const spot = spotOf({ anchor: "top_end", left: 65, top: 5, width: 30, height: 25 }, false);
  const picture = { width: 640, height: 360 };
  assert.equal(coversTooMuch({ width: 192, height: 90 }, picture, true, spot), false);
  assert.equal(coversTooMuch({ width: 192, height: 91 }, picture, true, spot), true);
  assert.equal(coversTooMuch({ width: 192, height: 91 }, picture, true), false);
});
