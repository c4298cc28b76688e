/** A host puts one thing to all, and takes it off again: both viewers, one instrument, one position. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { get } from "../src/asking.mjs";
import { keep, launch, openDemo } from "../src/browser.mjs";
import { startDemo, within } from "../src/server.mjs";

const VIEWERS = ["demo-a", "demo-b"];

/** @typedef {import("@beckon/viewer-sdk").BeckonEvent} BeckonEvent */

describe("what a host says", { timeout: 300_000 }, () => {
  /** @type {import("../src/server.mjs").Demo} */
  let demo;
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openDemo>>} */
  let opened;

  before(async () => {
    demo = await startDemo();
    browser = await launch();
    opened = await openDemo(browser, demo.url);
    const { page } = opened;
    await page.waitForFunction(() => [...document.querySelectorAll("video")].filter((video) => video.readyState >= 3 && !video.paused).length === 2, null, { timeout: 60_000 });
  });

  after(async () => {
    await browser?.close();
    await demo?.end();
  });

  /**
   * @param {object} cue
   * @returns {Promise<{ cue_id: string, show_at_ms: number }>}
   */
  async function send(cue) {
    const { media_id } = await (await fetch(new URL("demo/config.json", demo.url))).json();
    const token = await demo.token("operator");
    const url = new URL(`v1/media/${media_id}/cues`, demo.url);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await within(10_000, fetch(url, { method: "POST", headers, body: JSON.stringify(cue) }));
    assert.equal(answer.status, 201, await answer.clone().text());
    return answer.json();
  }

  /**
   * @template {BeckonEvent["type"]} T
   * @param {string} viewer
   * @param {T} type
   * @param {(event: Extract<BeckonEvent, { type: T }>) => boolean} holds
   */
  function heard(viewer, type, holds) {
    return opened.record.until(`${type} for ${viewer}`, (said) => {
      const one = said.find(({ viewer: who, event }) => who === viewer && event.type === type && holds(/** @type {never} */ (event)));
      return one && /** @type {Extract<BeckonEvent, { type: T }>} */ (one.event);
    }, 60_000);
  }

  it("is painted for both at one position, and is off within a second of its withdrawal", async () => {
    const { items } = await get(demo, "v1/instruments?state=live", "marketer");
    const chosen = items.find((/** @type {any} */ one) => !one.audience && ["poll", "quiz", "trivia"].includes(one.content.kind));
    assert.ok(chosen, "the demo has a question for everybody");
    const id = chosen.instrument_id;
    const show = await send({ kind: "show", instrument_id: id });
    const painted = await Promise.all(VIEWERS.map((viewer) => heard(viewer, "painted", ({ overlay }) => overlay.instrument_id === id && overlay.show_at_ms === show.show_at_ms)));
    for (const { latenessMs } of painted) {
      console.log(`painted ${Math.round(latenessMs)} ms after its turn at ${show.show_at_ms} ms`);
      assert.ok(Math.abs(latenessMs) <= 2000, `within 2 s of its turn, not ${latenessMs} ms`);
    }
    const cards = opened.page.locator(`.bk-card[data-instrument="${id}"]`);
    assert.equal(await cards.count(), 2, "both cards are in the picture");
    await keep(opened.page, "host-show");

    const withdraw = await send({ kind: "withdraw", instrument_id: id });
    for (const viewer of VIEWERS) {
      const cue = await heard(viewer, "cue", (one) => one.cue.cue_id === withdraw.cue_id);
      const gone = await heard(viewer, "gone", ({ overlay }) => overlay.show_at_ms === show.show_at_ms && overlay.instrument_id === id);
      assert.equal(gone.why, "withdrawn", "not that its time was over");
      console.log(`off ${gone.at - cue.at} ms after the withdrawal was heard`);
      assert.ok(gone.at - cue.at <= 1000, "off within a second");
    }
    await cards.first().waitFor({ state: "detached", timeout: 5000 });
    await keep(opened.page, "host-withdrawn");
    assert.deepEqual(opened.errors, []);
  });
});
