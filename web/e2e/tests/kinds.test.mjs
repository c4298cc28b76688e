/** Every kind of overlay at two sizes: it fits, it stays within its share of the picture, and its words are only words. */
import assert from "node:assert/strict";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, before, describe, it } from "node:test";
import { keep, launch } from "../src/browser.mjs";
import { ROOT } from "../src/server.mjs";

const SDK = join(ROOT, "viewer-sdk");
/** @type {{ [end: string]: string }} */
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm" };
const ASKS = ["poll", "quiz", "trivia"];
/** The most of the picture that may be covered unasked: by what asks, by what sells, by a strip. */
const SHARE = { asks: 0.28, sells: 0.2, strip: 0.28 };

describe("every kind of overlay", { timeout: 120_000 }, () => {
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {import("node:http").Server} */
  let server;
  let url = "";

  before(async () => {
    assert.ok(existsSync(join(SDK, "dist/index.js")), "the SDK is not built: npm run build -w viewer-sdk");
    server = createServer((request, response) => {
      const path = normalize(new URL(request.url ?? "/", "http://x").pathname);
      const file = join(SDK, path);
      if (!file.startsWith(SDK) || !existsSync(file)) return void response.writeHead(404).end();
      response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
      createReadStream(file).pipe(response);
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", () => done(null)));
    const at = server.address();
    url = `http://127.0.0.1:${typeof at === "object" ? at?.port : ""}/examples/kinds.html`;
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  /** @param {string} query */
  async function open(query) {
    const page = await browser.newPage({ viewport: { width: 1344, height: 900 } });
    /** @type {string[]} */
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("dialog", (dialog) => {
      errors.push(`a dialog said ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(`${url}?${query}`);
    await page.locator("body[data-ready]").waitFor({ state: "attached", timeout: 30_000 });
    // Measured at rest: a card comes in from 8 px below its place.
    await page.waitForFunction(() => [...document.querySelectorAll("beckon-overlay")].every((one) => (one.shadowRoot?.querySelector(".bk-card")?.getAnimations() ?? []).every(({ playState }) => playState !== "running")));
    return { page, errors };
  }

  for (const [width, place] of /** @type {const} */ ([[640, "corner"], [320, "strip"]])) {
    it(`at ${width} pixels each of the seven fits its ${place} and leaves the picture its room`, async () => {
      const { page, errors } = await open(`width=${width}`);
      const cards = await page.evaluate(measure);
      assert.equal(cards.length, 7);
      for (const card of cards) {
        const most = card.place === "strip" ? SHARE.strip : ASKS.includes(card.kind) ? SHARE.asks : SHARE.sells;
        // What would cover too much as a card may fall back to a strip, also where the system's font is a wide one.
        assert.ok(card.place === place || card.place === "strip", `${card.kind} is a ${card.place}`);
        assert.ok(card.share <= most + 0.005, `${card.kind} covers ${(card.share * 100).toFixed(1)} % of the picture, at most ${most * 100} %`);
        assert.ok(card.inside, `${card.kind} lies within the picture: ${card.where}`);
        assert.deepEqual(card.cut, [], `${card.kind} cuts nothing off`);
        assert.ok(card.smallest >= 12, `${card.kind} has type of ${card.smallest} px`);
      }
      assert.deepEqual(errors, []);
      await keep(page, `9-kinds-${width}`);
      await page.close();
    });
  }

  // Spot and what it keeps clear of, as a server finds the one beside the other, in percent of the picture.
  for (const [what, query, form] of /** @type {const} */ ([
    ["beside a box above", "width=640&kinds=poll,ad,product&anchor=top_start&spot=5,5,36.56,60&keep=58,4,38,60", "corner"],
    ["above captions", "width=640&kinds=poll,ad,product&anchor=bottom_end&spot=58.44,22,36.56,60&keep=0,82,100,18", "corner"],
    ["below a large box as a strip", "width=640&kinds=poll,ad,product&anchor=bottom_start&spot=5,64,36.56,18&keep=4,4,40,58", "strip"],
    ["along the upper edge", "width=320&kinds=poll,ad,product&anchor=top_end&spot=0,0,100,26.67&keep=0,55,100,45", "strip"],
  ])) {
    it(`a card stays on the spot that was found for it: ${what}`, async () => {
      const { page, errors } = await open(query);
      const number = (/** @type {string} */ name) => (new URLSearchParams(query).get(name) ?? "").split(",").map(Number);
      const cards = await page.evaluate(percents);
      assert.equal(cards.length, 3);
      const [left = 0, top = 0, width = 0, height = 0] = number("spot");
      const [x = 0, y = 0, w = 0, h = 0] = number("keep");
      for (const card of cards) {
        assert.equal(card.place, form, `${card.kind} is a ${card.place}`);
        const within = card.left >= left - 0.4 && card.right <= left + width + 0.4 && card.top >= top - 0.4 && card.bottom <= top + height + 0.4;
        assert.ok(within, `${card.kind} lies on its spot: ${JSON.stringify(card)}`);
        const apart = card.right <= x + 0.4 || card.left >= x + w - 0.4 || card.bottom <= y + 0.4 || card.top >= y + h - 0.4;
        assert.ok(apart, `${card.kind} covers nothing that is kept clear: ${JSON.stringify(card)}`);
      }
      assert.deepEqual(errors, []);
      await keep(page, `9-kinds-${what.replaceAll(" ", "-")}`);
      await page.close();
    });
  }

  it("markup in a text is shown as text and a link that is not http(s) does not stand", async () => {
    const { page, errors } = await open("kinds=markup,hostile");
    assert.equal(await page.locator(".bk-card script, .bk-card .bk-q b, .bk-card .bk-q img").count(), 0);
    assert.match((await page.locator('.bk-card[data-kind="poll"] .bk-q').textContent()) ?? "", /<b>bold<\/b>/);
    assert.equal(await page.locator('.bk-card a[href^="javascript"]').count(), 0);
    assert.deepEqual(errors, []);
    await page.close();
  });
});

/** Runs in the page: where each card lies, in percent of its picture. */
function percents() {
  return [...document.querySelectorAll("figure")].map((figure) => {
    const video = /** @type {HTMLVideoElement} */ (figure.querySelector("video"));
    const card = /** @type {HTMLElement} */ (figure.querySelector("beckon-overlay")?.shadowRoot?.querySelector(".bk-card"));
    const [picture, box] = [video.getBoundingClientRect(), card.getBoundingClientRect()];
    const across = (/** @type {number} */ at) => ((at - picture.left) / picture.width) * 100;
    const down = (/** @type {number} */ at) => ((at - picture.top) / picture.height) * 100;
    return {
      kind: card.dataset["kind"] ?? "", place: card.dataset["place"] ?? "",
      left: across(box.left), right: across(box.right), top: down(box.top), bottom: down(box.bottom),
    };
  });
}

/** Runs in the page. */
function measure() {
  return [...document.querySelectorAll("figure")].map((figure) => {
    const video = /** @type {HTMLVideoElement} */ (figure.querySelector("video"));
    const overlay = /** @type {Element} */ (figure.querySelector("beckon-overlay"));
    const card = /** @type {HTMLElement} */ (overlay.shadowRoot?.querySelector(".bk-card"));
    const [picture, box] = [video.getBoundingClientRect(), card.getBoundingClientRect()];
    const texts = [...card.querySelectorAll("*")].filter((one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()));
    return {
      kind: card.dataset["kind"] ?? "",
      place: card.dataset["place"] ?? "",
      share: (box.width * box.height) / (picture.width * picture.height),
      inside: box.left >= picture.left - 1 && box.right <= picture.right + 1 && box.top >= picture.top - 1 && box.bottom <= picture.bottom + 1,
      where: JSON.stringify({ picture, box }),
      cut: card.scrollHeight > card.clientHeight + 1 ? [`${card.scrollHeight} px in ${card.clientHeight}`] : [],
      smallest: Math.min(...texts.map((one) => parseFloat(getComputedStyle(one).fontSize))),
    };
  });
}
