/** Takes pictures of every kind in every form: `node examples/shots.mjs FOLDER`. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "../tests/browser.mjs";
import { serve } from "../tests/serve.mjs";

const folder = process.argv[2] ?? "shots";
const PAGES = {
  "640": "?", "640-light": "?theme=light", "640-answered": "?kinds=poll,quiz,trivia&act=answer", "640-wrong": "?kinds=quiz&act=wrong", "640-why": "?kinds=poll,ad,product&act=why",
  "640-offline": "?kinds=poll,trivia&act=offline", "640-expiring": "?kinds=poll,quiz&act=expire", "640-focus": "?kinds=poll,quiz&act=focus",
  "640-hard": "?kinds=markup,long,hostile", "640-de": "?kinds=poll,long,ad,promotion&lang=de", "640-ar": "?kinds=arabic,poll,ad,upsell&lang=ar&act=answer",
  "480": "?width=480", "320": "?width=320", "320-opened": "?width=320&act=open", "320-answered": "?width=320&kinds=poll,quiz&act=open", "1280": "?width=1280&kinds=poll,ad",
  "640-paid": "?kinds=sponsored,told,beer,themed,french,german", "640-paid-de": "?kinds=told,beer,german,sponsored&lang=de-CH", "320-paid": "?width=320&kinds=sponsored,told,beer,themed",
  "640-bottom-start": "?kinds=poll,ad&anchor=bottom_start",
  "640-clear": "?kinds=poll,quiz,ad,product&anchor=top_start&spot=5,5,36.56,60&keep=58,4,38,60",
  "640-above-captions": "?kinds=poll,ad&anchor=bottom_end&spot=58.44,22,36.56,60&keep=0,82,100,18",
  "640-squeezed": "?kinds=poll,product,ad&anchor=bottom_start&spot=5,64,36.56,18&keep=4,4,40,58",
  "320-above": "?width=320&kinds=poll,ad&anchor=top_end&spot=0,0,100,26.67&keep=0,55,100,45",
  "1280-clear": "?width=1280&kinds=poll,ad&anchor=top_start&spot=5,5,28.38,40&keep=64,4,32,40",
};
const only = process.argv.slice(3);

await mkdir(folder, { recursive: true });
const server = await serve(new URL("..", import.meta.url).pathname);
const browser = await launch();
for (const [name, query] of Object.entries(PAGES)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const page = await browser.newPage({ viewport: { width: 1344, height: 400 } });
  page.on("pageerror", (error) => console.error(name, error.message));
  page.on("console", (message) => message.type() === "error" && console.error(name, message.text()));
  await page.goto(`${server.url}/examples/kinds.html${query}`);
  await page.waitForSelector("body[data-ready]", { timeout: 20_000 });
  await page.waitForTimeout(600);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await page.close();
  console.log(`${name}.png`);
}
await browser.close();
server.close();
