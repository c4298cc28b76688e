/** Anyone's own clip as the live channel, with what Rekognition said of it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { eventually, get } from "../src/asking.mjs";
import { keep, launch, openDemo } from "../src/browser.mjs";
import { ROOT, startDemo } from "../src/server.mjs";

const DATA = join(ROOT, "../shared/data");
const VIDEO = join(DATA, "video/shellzu-19368_640x360.mp4");
const DETECTIONS = join(DATA, "rekognition/shellzu-getlabeldetection-19368_640x360.json");

/** Where the bird is in the clip, by Rekognition's own answer. */
const BIRD_MS = 5005;
/** The recorder's grain: a frame stands for what was said at most this far from it. */
const GRAIN_MS = 40;

if (!existsSync(VIDEO) || !existsSync(DETECTIONS)) {
  console.log("left out: a clip with recorded detections as the live channel (its files are not beside this checkout)");
} else {
  describe("anyone's clip as the live channel", { timeout: 300_000 }, () => {
    /** @type {import("../src/server.mjs").Demo} */
    let demo;
    /** @type {import("playwright-core").Browser} */
    let browser;

    before(async () => {
      demo = await startDemo(["--video", VIDEO, "--detections", DETECTIONS]);
      browser = await launch();
    });

    after(async () => {
      await browser?.close();
      await demo?.end();
    });

    it("plays, and the API reports what was recorded of it, at its place in each round", async () => {
      const { page, errors } = await openDemo(browser, demo.url);
      await page.waitForFunction(() => [...document.querySelectorAll("video")].filter((video) => video.readyState >= 3 && !video.paused).length === 2, null, { timeout: 60_000 });
      const config = await (await fetch(new URL("demo/config.json", demo.url))).json();
      assert.equal(config.source, "clip");
      assert.equal(await page.locator("#what").textContent(), "Your clip as a live channel, two viewers");
      const found = await eventually("a bird at its place", () => bird(config), (one) => one !== undefined, 2 * config.clip_duration_ms + 60_000);
      assert.equal(found?.boxes.length, 2);
      assert.ok(Math.abs((found?.confidence ?? 0) - 94.2) < 0.1, `94.2, not ${found?.confidence}`);
      await keep(page, "8-clip");
      assert.deepEqual(errors, []);
    });

    /**
     * The bird of any round so far: each round's narrow window is asked for, so that no page of the list is cut short.
     * @param {{ media_id: string, zero: string, clip_duration_ms: number }} config
     * @returns {Promise<{ name: string, confidence: number, boxes: unknown[] } | undefined>}
     */
    async function bird({ media_id, zero, clip_duration_ms }) {
      const rounds = Math.floor((Date.now() - Date.parse(zero)) / clip_duration_ms);
      for (let round = rounds; round >= 0; round -= 1) {
        const place = round * clip_duration_ms + BIRD_MS;
        const { items } = await get(demo, `v1/media/${media_id}/detections?from_ms=${place - GRAIN_MS}&to_ms=${place + GRAIN_MS}`, "marketer");
        const found = items.find((/** @type {{ name: string }} */ one) => one.name === "Bird");
        if (found) return found;
      }
      return undefined;
    }
  });
}
