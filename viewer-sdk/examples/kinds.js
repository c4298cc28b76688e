// Every kind of overlay over a still picture, through the SDK's own door: a stand-in answers instead of a server, and
// a clock instead of a player. `?width=320`, `?theme=light`, `?lang=de`, `?kinds=poll,quiz`, `?act=answer|wrong|why|open|offline|expire|focus`.
import { attach } from "../dist/index.js";
import { contents, locales, standings } from "./offers.js";

const asked = new URLSearchParams(location.search);
const width = asked.get("width") ?? "640";
const act = asked.get("act") ?? "";
const kinds = asked.get("kinds")?.split(",") ?? ["poll", "quiz", "trivia", "ad", "promotion", "product", "upsell"];
const zero = Date.now() - 60_000;
// `?spot=5,60,36.6,22`: the place that a server would have found, in percent of the picture; `?keep=…` draws what it keeps clear of.
const percents = (name) => asked.get(name)?.split(",").map(Number);
const [left, top, spotWidth, height] = percents("spot") ?? [];
const spot = left === undefined ? {} : { left, top, width: spotWidth, height };
const shows = act === "expire" ? 9_000 : 30_000;

/** What a server would answer; `media` says which kind this one shows. */
const json = (value) => new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });
const network = window.fetch;
window.fetch = async (url, init) => {
  const path = String(url);
  if (path.endsWith("/v1/events")) {
    if (act === "offline") throw new TypeError("offline");
    const { items } = JSON.parse(init.body);
    const outcome = ({ event_id, type, receipt }) => ({ event_id, status: "accepted", ...(type === "answer" ? { standing: standings[receipt] ?? standings.poll } : {}) });
    return json({ items: items.map(outcome) });
  }
  const kind = /\/v1\/media\/(\w+)/.exec(path)?.[1];
  if (!kind) return network(url, init);
  if (!path.endsWith("/decisions")) return json({ media_id: kind, title: kind, zero: new Date(zero).toISOString(), markers: [] });
  const { position_ms, client } = JSON.parse(init.body);
  const overlay = {
    instrument_id: kind, version: 1, kind: contents[kind].kind, show_at_ms: position_ms, hide_at_ms: position_ms + shows,
    layout: { anchor: asked.get("anchor") ?? "top_end", ...spot }, locale: locales[kind] ?? null, content: contents[kind], receipt: kind,
  };
  const explanation = { from_ms: 0, to_ms: position_ms, seen: [{ name: "Kingfisher", confidence: 97, position_ms: 2_467_000 }], candidates: [], ranked_by: "popularity", decided_us: 40 };
  const overlays = client.can_draw.includes(contents[kind].kind) ? [overlay] : [];
  return json({ decision_id: kind, media_id: kind, position_ms, overlays, next_check_ms: null, reasons: [], explanation });
};

const events = (window.beckonEvents = []);
for (const kind of kinds) {
  const figure = document.createElement("figure");
  figure.className = `w${width}`;
  const video = document.createElement("video");
  video.poster = kind === "product" ? "scene-cabin.svg" : "scene-bird.svg";
  const caption = document.createElement("figcaption");
  caption.textContent = `${kind} · ${width} px`;
  figure.append(video, caption);
  const keep = percents("keep");
  if (keep) {
    const box = document.createElement("div");
    const size = [Number(width), (Number(width) * 9) / 16];
    const [x, y, w, h] = keep.map((percent, i) => `${(percent * size[i % 2]) / 100}px`);
    Object.assign(box.style, { position: "absolute", left: x, top: y, width: w, height: h, outline: "2px dashed #ffc94d" });
    figure.append(box);
  }
  document.body.append(figure);

  const player = { media: video, get playingDate() { return new Date(); }, on() {}, off() {} };
  const beckon = await attach(player, {
    api: "", media: kind, token: () => "t", explain: true, theme: asked.get("theme") ?? "dark", locale: asked.get("lang") ?? "en", personalisation: false,
    onEvent: (event) => events.push({ kind, ...event }),
  });
  const painted = new Promise((resolve) => beckon.on("painted", resolve));
  await beckon.check();
  if (Number(width) < 256) continue;
  await painted;
  const find = (selector) => beckon.element.shadowRoot.querySelector(selector);
  if (act === "open") find("[data-key=open]")?.click();
  if (act === "answer" || act === "offline") find(kind === "quiz" ? "[data-answer=a1]" : "[data-answer=a0]")?.click();
  if (act === "wrong") find("[data-answer=a2]")?.click();
  if (act === "why") find(".bk-why")?.click();
  if (act === "focus") find("[data-answer=a1]")?.focus({ focusVisible: true });
}
document.body.dataset.ready = "";
