/** The packed package: what is in it, and that a page which loads it mounts the element and goes the whole way. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { chromiumPath, launch } from "./browser.mjs";
import { serve } from "./serve.mjs";

const sdk = fileURLToPath(new URL("../../..", import.meta.url));
const skip = chromiumPath ? false : "left out: no Chromium on this machine (set CHROMIUM to its path)";
const site = mkdtempSync(join(tmpdir(), "beckon-sdk-"));
let browser: Browser;
let server: Awaited<ReturnType<typeof serve>>;

test("the tarball holds exactly the listed files", () => {
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: sdk, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  const types = ["api", "attach", "error", "index", "openapi", "wire"].map((name) => `dist/types/${name}.d.ts`);
  const expected = ["CHANGELOG.md", "README.md", "dist/beckon.wasm", "dist/index.js", ...types, "package.json"];
  assert.deepEqual(packed.files.map(({ path }: { path: string }) => path).sort(), expected.sort());
});

before(async () => {
  if (skip) return;
  // The page gets what npm would give it, not what lies beside the sources.
  const tarball = execFileSync("npm", ["pack", "--silent", "--pack-destination", site], { cwd: sdk, encoding: "utf8" }).trim();
  execFileSync("tar", ["-xzf", join(site, tarball), "-C", site]);
  cpSync(join(sdk, "examples"), join(site, "package/examples"), { recursive: true });
  server = await serve(join(site, "package"));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(site, { recursive: true, force: true });
});

/** What a card says and how it looks, by kind. */
const LOOKS = `[...document.querySelectorAll("figure")].map((figure) => {
  const card = figure.querySelector("beckon-overlay").shadowRoot.querySelector(".bk-card");
  const words = card.querySelector(".bk-q, .bk-title");
  const style = getComputedStyle(card);
  return {
    from: card.querySelector(".bk-ad")?.textContent, told: card.querySelector(".bk-told")?.textContent, label: card.getAttribute("aria-label"), place: card.dataset.place,
    lang: words.closest("[lang]").lang, dir: words.closest("[dir]").dir, surface: style.backgroundColor, accent: style.getPropertyValue("--bk-accent"),
  };
})`;

interface Told {
  type: string;
  kind: string;
  why: string;
  latenessMs: number;
  overlay: { content: { kind: string } };
  items: { status: string }[];
}

async function open(query: string): Promise<{ page: Page; faults: string[]; told: () => Promise<Told[]> }> {
  const page = await browser.newPage({ viewport: { width: 1344, height: 900 } });
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("dialog", (dialog) => { faults.push(`dialog ${dialog.message()}`); void dialog.dismiss(); });
  await page.goto(`${server.url}/examples/kinds.html?${query}`);
  await page.waitForSelector("body[data-ready]", { timeout: 30_000 });
  return { page, faults, told: () => page.evaluate("window.beckonEvents") };
}

test("every kind is painted, under a policy that allows no inline style and no inline script", { skip }, async () => {
  const { page, faults, told } = await open("");
  const kinds = await page.locator("beckon-overlay .bk-card").evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset["kind"]));
  assert.deepEqual(kinds, ["poll", "quiz", "trivia", "ad", "promotion", "product", "upsell"]);
  const painted = (await told()).filter(({ type }) => type === "painted");
  assert.equal(painted.length, 7);
  assert.ok(painted.every(({ latenessMs }) => latenessMs >= 0));
  console.log(`lateness of the paint behind the playhead: ${painted.map(({ latenessMs }) => Math.round(latenessMs)).join(", ")} ms`);
  assert.deepEqual(faults, []);
  await page.close();
});

test("everything paid for says so, and for whom, before anything else", { skip }, async () => {
  for (const width of ["320", "640"]) {
    const { page } = await open(`kinds=ad,promotion,product&width=${width}`);
    const first = await page.locator("beckon-overlay .bk-card").evaluateAll((cards) => cards.map((card) => (card as HTMLElement).innerText.replace(/\s+/g, " ").trim()));
    assert.equal(first.length, 3);
    for (const text of first) assert.match(text, /^Ad · (Kestrel Optics|Tern Coffee)/);
    await page.close();
  }
});

test("an answer is locked, sent, and its results are drawn", { skip }, async () => {
  const { page, told } = await open("kinds=poll");
  const card = page.locator("beckon-overlay .bk-card");
  assert.equal(await card.locator(".pc").count(), 0, "nobody sees shares before answering");
  await card.locator('[data-answer="a0"]').click();
  await card.locator(".pc").first().waitFor();
  assert.deepEqual(await card.locator(".pc").allInnerTexts(), ["58%", "21%", "7%", "14%"]);
  assert.equal(await card.getAttribute("data-state"), "results");
  await card.locator('[data-answer="a1"]').click({ force: true });
  const types = (await told()).map(({ type }) => type);
  assert.equal(types.filter((type) => type === "answered").length, 1);
  assert.ok(types.indexOf("painted") < types.indexOf("answered") && types.indexOf("answered") < types.indexOf("standing"));
  await page.close();
});

test("a wrong answer has a mark, words, and the right one beside it", { skip }, async () => {
  const { page } = await open("kinds=quiz&act=wrong");
  const card = page.locator("beckon-overlay .bk-card");
  await card.locator(".bk-say.wrong").waitFor();
  assert.equal(await card.locator(".bk-say").innerText(), "Not quite. It is 40 km/h");
  assert.equal(await card.locator(".wrong[data-answer]").getAttribute("data-answer"), "a2");
  assert.equal(await card.locator(".right[data-answer]").getAttribute("data-answer"), "a1");
  await page.close();
});

test("without a connection the answer is kept, and said to be", { skip }, async () => {
  const { page } = await open("kinds=poll&act=offline");
  const card = page.locator('beckon-overlay .bk-card[data-state="offline"]');
  await card.waitFor();
  assert.match(await card.innerText(), /No connection\. Kept, sent later/);
  await page.close();
});

test("markup in a text is text, and a link that is none is not drawn", { skip }, async () => {
  const { page, faults } = await open("kinds=markup,hostile");
  const cards = page.locator("beckon-overlay .bk-card");
  assert.match(await cards.first().innerText(), /<img src=x onerror=alert\(1\)> <b>bold<\/b>\?/);
  assert.equal(await cards.locator("img, script, b:not(.bk-ad b)").count(), 0);
  assert.equal(await cards.nth(1).locator("a").count(), 0);
  assert.deepEqual(faults, []);
  await page.close();
});

test("Escape closes, close comes last in the focus order, and focus goes back where it was", { skip }, async () => {
  const { page, told } = await open("kinds=poll");
  await page.evaluate("document.body.insertAdjacentHTML('afterbegin', '<button id=host>host</button>'); document.getElementById('host').focus()");
  const focused = (): Promise<string> => page.evaluate("document.querySelector('beckon-overlay').shadowRoot.activeElement?.dataset.key ?? document.activeElement.id");
  assert.equal(await focused(), "host", "it does not take the focus by itself");
  const order: string[] = [];
  for (let n = 0; n < 6; n++) {
    await page.keyboard.press("Tab");
    order.push(await focused());
  }
  assert.deepEqual(order, ["answer a0", "answer a1", "answer a2", "answer a3", "why", "close"]);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("beckon-overlay .bk-card").count(), 0);
  assert.equal(await focused(), "host");
  const last = (await told()).find(({ type }) => type === "gone");
  assert.equal(last?.why, "closed");
  await page.close();
});

test("an overlay is gone at its end", { skip }, async () => {
  const { page, told } = await open("kinds=ad&act=expire");
  await page.locator("beckon-overlay .bk-card").waitFor({ state: "detached", timeout: 15_000 });
  assert.equal((await told()).find(({ type }) => type === "gone")?.why, "expired");
  await page.close();
});

test("the smaller the picture the less is drawn: a strip, then nothing", { skip }, async () => {
  const strip = await open("width=320&kinds=poll,ad");
  const places = await strip.page.locator("beckon-overlay .bk-card").evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset["place"]));
  assert.deepEqual(places, ["strip", "strip"]);
  await strip.page.locator("beckon-overlay [data-key=open]").first().click();
  assert.equal(await strip.page.locator("beckon-overlay .bk-card").first().getAttribute("data-place"), "sheet");
  await strip.page.close();
  const none = await open("width=240&kinds=poll");
  assert.equal(await none.page.locator("beckon-overlay .bk-card").count(), 0);
  await none.page.close();
});

test("no overlay covers more than it may, in any language or theme", { skip }, async () => {
  for (const query of ["", "theme=light", "lang=de&kinds=poll,long,ad,promotion,upsell", "lang=ar&kinds=arabic,ad", "width=1280&kinds=poll,ad,product", "width=480"]) {
    const { page } = await open(query);
    const covered = await page.locator("beckon-overlay .bk-card").evaluateAll((cards) =>
      cards.map((card) => {
        const picture = (card.getRootNode() as ShadowRoot).host;
        const kind = (card as HTMLElement).dataset["kind"] ?? "";
        const share = ((card as HTMLElement).offsetWidth * (card as HTMLElement).offsetHeight) / (picture.clientWidth * picture.clientHeight);
        return { kind, share, place: (card as HTMLElement).dataset["place"] };
      }),
    );
    for (const { kind, share, place } of covered) {
      const limit = place === "strip" ? 0.28 : ["poll", "quiz", "trivia"].includes(kind) ? 0.28 : 0.2;
      assert.ok(share <= limit, `${kind} covers ${share.toFixed(3)} as a ${place} (${query})`);
    }
    await page.close();
  }
});

for (const width of [640, 320]) {
  test(`at ${width} pixels who pays and what must be told stand in the first frame, whole`, { skip }, async () => {
    const { page, faults } = await open(`width=${width}&kinds=sponsored,told,beer`);
    const looks = await page.evaluate(LOOKS) as { from: string; told?: string; label: string }[];
    assert.deepEqual(looks.map(({ from }) => from), ["Ad · Tern Coffee", "Ad · Tern Coffee, paid by Tern Group", "Ad · Harbour Hops"]);
    assert.deepEqual(looks.map(({ told }) => told), [undefined, "Once a person, while stocks last. Not with other offers", "18+. Drink responsibly. Never when you drive"]);
    assert.match(looks[2]?.label ?? "", /Cold since 1904\. 18\+/);
    const cut = await page.evaluate(`[...document.querySelectorAll("beckon-overlay")].some(({ shadowRoot }) => {
      const card = shadowRoot.querySelector(".bk-card");
      const told = shadowRoot.querySelector(".bk-told");
      return card.scrollHeight > card.clientHeight + 1 || (told && told.scrollWidth > told.clientWidth + 1 && getComputedStyle(told).display !== "inline");
    })`);
    assert.equal(cut, false);
    assert.deepEqual(faults, []);
    await page.close();
  });
}

test("a card brings its theme and its language along", { skip }, async () => {
  const { page, faults } = await open("kinds=themed,german,french,arabic&lang=en");
  const [themed, german, french, arabic] = await page.evaluate(LOOKS) as { surface: string; accent: string; lang: string; dir: string }[];
  assert.deepEqual([themed?.surface, themed?.accent], ["rgba(59, 13, 31, 0.92)", "#ffc94d"]);
  assert.equal(german?.surface, "rgba(255, 255, 255, 0.95)");
  assert.deepEqual([themed, german, french, arabic].map((card) => [card?.lang, card?.dir]), [["en", "ltr"], ["de", "ltr"], ["fr", "ltr"], ["ar", "rtl"]]);
  assert.deepEqual(faults, []);
  await page.close();
});
