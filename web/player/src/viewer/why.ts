/** "Why this one": what was seen, who could run and what each is worth, who was left out, who ranked, how long it took. */
import type { BeckonEvent } from "@beckon/viewer-sdk";
import { el } from "../dom.js";
import { icon, type IconName } from "../icons.js";
import { brief, KIND, leftOut, percent, place, span } from "../words.js";
import { BEGINNING, next, type Explanation, type Story } from "./story.js";

type Candidate = Explanation["candidates"][number];

const RANKED_SHOWN = 5;
/** So many names stand in a line of what was left out. */
const NAMED = 3;
const STATE_ICON: Record<NonNullable<Story["state"]>["tone"], IconName> = { wait: "wait", on: "screen", gone: "none", bad: "warning" };

export interface WhyPanel {
  readonly root: HTMLElement;
  /** Whether an overlay is on screen or about to be. */
  readonly busy: boolean;
  hear(event: BeckonEvent): void;
  /** The SDK could not start: says so, and offers to try again. */
  failed(message: string, code: string, retry: () => void): void;
}

export function whyPanel(): WhyPanel {
  const root = el("div", { class: "card why", role: "region", "aria-label": "Why this one" });
  let story = BEGINNING;
  const draw = (): void => root.replaceChildren(...tell(story));
  draw();
  return {
    root,
    get busy() {
      return story.busy;
    },
    hear(event) {
      const after = next(story, event);
      if (after === story) return;
      story = after;
      draw();
    },
    failed(message, code, retry) {
      const again = el("button", { type: "button", class: "btn sm" }, "Try again");
      again.addEventListener("click", () => {
        draw();
        retry();
      });
      const text = el("div", {}, el("b", {}, "No overlays here yet."), ` ${message} The picture plays on.`, el("code", {}, code));
      root.replaceChildren(el("header", {}, el("h3", {}, "Why this one")), el("div", { class: "note bad" }, icon("warning"), text, again));
    },
  };
}

function tell({ told, state }: Story): Node[] {
  const stateLine = state && el("div", { class: `state ${state.tone}` }, icon(STATE_ICON[state.tone]), state.text);
  if (!told) {
    const nothing = el(
      "div",
      { class: "empty" },
      icon("signal"),
      el("b", {}, "No overlay yet"),
      el("span", { class: "sub" }, "The stream has not said “check now”. It does when something comes into the picture that an instrument waits for."),
    );
    return [el("header", {}, el("h3", {}, "Why this one")), nothing, ...(stateLine ? [stateLine] : [])];
  }
  const why = told.explanation;
  const head = el(
    "header",
    {},
    el("h3", {}, told.overlays.length > 0 ? "Why this one" : "Why none now"),
    why && el("span", { class: "sub" }, `decided in ${span(why.decided_us / 1000)}`),
  );
  return [head, ...(stateLine ? [stateLine] : []), ...(why ? explain(why) : [])];
}

function explain(why: Explanation): Node[] {
  // As they compete: tier by tier, and by what each is expected to bring within one.
  const scored = why.candidates
    .filter((one) => one.score !== null)
    .sort((a, b) => (a.tier ?? 0) - (b.tier ?? 0) || (b.score ?? 0) - (a.score ?? 0));
  // The chosen one is always in sight, even where chance let it pass better ones.
  const shown = scored.filter((one, at) => at < RANKED_SHOWN || one.reason === null);
  const parts: Node[] = [seen(why)];
  // Nothing was ranked: a host chose.
  if (why.ranked_by === "host") return [...parts, el("div", { class: "xs" }, "A host put this to everybody, at one position.")];
  if (shown.length > 0) parts.push(ranking(shown), el("div", { class: "xs" }, rankedBy(why)));
  const out = why.candidates.filter((one) => one.score === null);
  if (out.length > 0) parts.push(leftOutList(out));
  return parts;
}

function seen(why: Explanation): HTMLElement {
  const window = `${place(why.from_ms)} to ${place(why.to_ms)}`;
  if (why.seen.length === 0) return el("div", { class: "xs" }, `Seen ${window}: nothing.`);
  const names = why.seen.slice(0, 6).map((one) => {
    return el("span", { title: `${Math.round(one.confidence)} % sure` }, el("b", {}, one.name), ` ${place(one.position_ms)}`);
  });
  const more = why.seen.length > 6 && el("span", {}, `and ${why.seen.length - 6} more`);
  return el("div", { class: "xs seen" }, el("span", {}, `Seen ${window}:`), ...names, more);
}

function ranking(shown: Candidate[]): HTMLElement {
  const most = Math.max(...shown.map((one) => one.score ?? 0));
  const list = el("ol", { class: "rank", "aria-label": "Expected engaged rate of each that could run" });
  for (const one of shown) {
    const score = one.score ?? 0;
    const fill = el("i");
    fill.style.setProperty("--share", `${most > 0 ? (score / most) * 100 : 0}%`);
    const who = el("span", { class: "who", title: `${KIND[one.kind]}: ${one.name}` }, icon(one.kind), el("span", {}, one.name));
    list.append(el("li", { class: one.reason === null ? "chosen" : undefined }, who, el("span", { class: "track" }, fill), el("span", { class: "num" }, percent(score))));
  }
  return list;
}

function rankedBy(why: Explanation): string {
  const who = why.ranked_by === "popularity" ? "Ranked by popularity." : `Ranked by model ${brief(why.ranked_by)} for this viewer.`;
  const chosen = why.candidates.find((one) => one.reason === null);
  const chance = chosen?.propensity;
  if (chance === null || chance === undefined) return who;
  const behind = why.candidates.some((one) => one.score !== null && (one.tier ?? 0) > (chosen?.tier ?? 0));
  const first = behind ? ` Its tier, ${chosen?.tier}, goes before the others.` : "";
  return `${who}${first} Chance to be chosen: ${percent(chance)}.`;
}

/** Grouped by reason: a dozen instruments that are all quiet are one line. */
function leftOutList(out: Candidate[]): HTMLElement {
  const groups = Map.groupBy(out, (one) => one.reason);
  const list = el("ul", { class: "left xs", "aria-label": "Left out" });
  for (const [reason, ones] of groups) {
    const named = ones.slice(0, NAMED).map((one) => `“${one.name}”`);
    const more = ones.length > NAMED ? ` and ${ones.length - NAMED} more` : "";
    list.append(el("li", {}, "Left out: ", el("b", {}, named.join(", ") + more), reason === null ? "." : `. ${leftOut(reason)}`));
  }
  return list;
}
