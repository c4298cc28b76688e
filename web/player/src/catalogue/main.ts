/** The catalogue page: asks how the stored videos stand, and draws anew those that have changed. */
import { byId, say } from "../dom.js";
import { clearNotice, notice } from "../notices.js";
import { startTheme } from "../theme.js";
import { card } from "./card.js";
import { counted, type Video } from "./words.js";

const BUSY_MS = 1000;
const IDLE_MS = 4000;

interface Answer {
  items: Video[];
  folder: string;
}

/** Cards by media, with what they were drawn from. */
const drawn = new Map<string, { from: string; made: HTMLElement }>();

async function ask(): Promise<void> {
  let pause = IDLE_MS;
  try {
    const response = await fetch("demo/catalogue.json", { cache: "no-store" });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    const answer = (await response.json()) as Answer;
    clearNotice("catalogue");
    draw(answer);
    if (answer.items.some((video) => !["done", "failed"].includes(video.state))) pause = BUSY_MS;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    notice("catalogue", { tone: "bad", title: "The catalogue could not be read.", text: `${text} It is asked again.`, code: "unreachable" });
  }
  setTimeout(() => void ask(), pause);
}

function draw({ items, folder }: Answer): void {
  const list = byId("catalogue");
  const newest = items.toSorted((a, b) => b.created_at.localeCompare(a.created_at));
  const cards = newest.map(remembered);
  // A card that stays keeps its focus and its moving picture.
  const same = cards.length === list.children.length && cards.every((made, at) => list.children[at] === made);
  if (!same) list.replaceChildren(...cards);
  list.removeAttribute("aria-busy");
  say(byId("counted"), items.length === 0 ? "" : counted(items));
  say(byId("folder"), folder);
  byId("empty").hidden = items.length > 0;
}

function remembered(video: Video): HTMLElement {
  // Signed addresses change by the hour; that is no change of the video.
  const from = JSON.stringify({ ...video, file_url: null, poster_url: video.poster_url !== null, preview_url: null });
  const known = drawn.get(video.media_id);
  if (known?.from === from) return known.made;
  const made = card(video);
  drawn.set(video.media_id, { from, made });
  return made;
}

startTheme();
void ask();
