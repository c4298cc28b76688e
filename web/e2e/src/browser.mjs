/** A headless Chromium with the demo page in it, and a record of all that the page's SDKs say. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ROOT } from "./server.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

export const ARTEFACTS = join(ROOT, "web/e2e/artefacts");

/** @typedef {import("@beckon/viewer-sdk").BeckonEvent} BeckonEvent */
/** @typedef {{ viewer: string, event: BeckonEvent }} Said */

export function launch() {
  return chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: FLAGS });
}

/**
 * What the SDKs said, and a way to wait for what they have not said yet.
 */
export class Record {
  /** @type {Said[]} */
  said = [];
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** @param {Said} one */
  add(one) {
    this.said.push(one);
    for (const look of this.#waiting) look();
  }

  /**
   * The first thing said, now or later, that `find` makes something of.
   * @template T
   * @param {string} what for the failure's text
   * @param {(said: Said[]) => T | undefined | null | false} find
   * @param {number} ms
   * @returns {Promise<T>}
   */
  until(what, find, ms) {
    return new Promise((done, fail) => {
      const look = () => {
        const found = find(this.said);
        if (found === undefined || found === null || found === false) return;
        stop();
        done(found);
      };
      const timer = setTimeout(() => {
        stop();
        const last = this.said.slice(-12).map(({ viewer, event }) => `${viewer} ${event.type} ${JSON.stringify(event).slice(0, 240)}`);
        fail(new Error(`${what}: not within ${ms / 1000} s. The SDKs' last words:\n${last.join("\n") || "(none)"}`));
      }, ms);
      const stop = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/**
 * Opens the page and records its SDKs' events, its errors, its foreign requests and when each playlist named which segment.
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 */
export async function openDemo(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1080 } });
  const record = new Record();
  /** @type {string[]} */
  const errors = [];
  /** @type {string[]} */
  const foreign = [];
  /** @type {{ at: number, text: string }[]} */
  const playlists = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(url)) foreign.push(request.url());
  });
  page.on("response", (response) => {
    if (!response.url().includes("/live/") || !response.url().includes(".m3u8")) return;
    const at = Date.now();
    // A response that was dropped by the player has no body any more.
    response.text().then((text) => playlists.push({ at, text }), () => {});
  });
  await page.exposeFunction("beckonSaid", (/** @type {Said} */ one) => record.add(one));
  await page.addInitScript(() => {
    document.addEventListener("beckon:said", (event) => {
      const { viewer, event: said } = /** @type {CustomEvent} */ (event).detail;
      const plain = JSON.parse(JSON.stringify(said, (_key, value) => (value instanceof Error ? { ...value, message: value.message } : value)));
      /** @type {any} */ (window).beckonSaid({ viewer: viewer.viewer_id, event: plain });
    });
  });
  await page.goto(url);
  return { page, record, errors, foreign, playlists };
}

/**
 * Keeps a picture of the page.
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
export async function keep(page, name) {
  await mkdir(ARTEFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTEFACTS, `${name}.png`), animations: "disabled" });
}
