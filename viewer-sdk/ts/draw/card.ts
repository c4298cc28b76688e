/** One overlay on the screen: its state, and the drawing of it anew whenever that changes. */
import { clock, price } from "../texts/texts.js";
import type { Layout, Standing } from "../wire.js";
import { answers, footing, outcome, sheetColumns } from "./ask.js";
import { make } from "./make.js";
import { isAsk, type Acts, type Ask, type CardState, type Manner, type Sell, type Subject } from "./model.js";
import { linkButton, offerBody, offerFooting, type Room } from "./offer.js";
import { closeButton, foot, head, line, sender, told, whyButton } from "./parts.js";
import type { Place, Spot } from "./place.js";
import { dress, speak } from "./manner.js";
import { whyBody } from "./why.js";

/** From here on the time left is said louder. */
const EXPIRING_MS = 10_000;
/** An error leaves by itself. */
const ERROR_MS = 6_000;

export class Card {
  readonly node: HTMLElement;
  readonly #state: CardState = { phase: "idle", answerId: undefined, standing: undefined, opened: false, why: false, copied: false };
  readonly #inView: IntersectionObserver;
  #share = 0;
  #left = { ms: Number.POSITIVE_INFINITY, share: 1 };
  #place: Place = "corner";
  #room: Room = { picture: true, text: true, qr: false, foot: true };
  #errorTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly subject: Subject,
    private readonly manner: Manner,
    private readonly acts: Acts,
    private readonly announce: (text: string) => void,
  ) {
    const { content, instrument_id, layout } = subject.overlay;
    const facts = { class: "bk-card", "data-kind": content.kind, "data-instrument": instrument_id, "data-anchor": layout.anchor };
    this.node = make("section", { ...facts, "aria-label": this.words });
    dress(this.node, content.theme);
    this.#inView = new IntersectionObserver((entries) => {
      this.#share = entries.at(-1)?.intersectionRatio ?? 0;
    }, { threshold: [0, 0.25, 0.5, 0.75, 1] });
    this.#inView.observe(this.node);
  }

  /** Puts it on the spot that was found for it; without one it stands where the sheet says. */
  put(spot: Spot | undefined): void {
    for (const side of ["left", "right", "top", "bottom"] as const) {
      const at = spot?.edges[side];
      this.node.style.setProperty(`--bk-${side}`, at === undefined ? "auto" : `${at.toFixed(2)}%`);
    }
    // A strip across the whole picture stands on an edge, everything else in a corner.
    this.node.dataset["spot"] = spot ? (spot.width > 99 ? "edge" : "corner") : "";
  }

  /** Draws it at this place, with what there is room for. */
  draw(place: "corner" | "strip", room: Omit<Room, "foot">): void {
    this.#place = place === "strip" && this.#state.opened ? "sheet" : place;
    this.#room = { ...room, foot: place === "corner" };
    this.#render();
  }

  /** What it asks or offers, for those who hear it. */
  get words(): string {
    const { content } = this.subject.overlay;
    const kind = this.manner.texts.kinds[content.kind];
    const own = isAsk(content) ? `${kind}: ${content.question}` : `${kind}, ${content.advertiser}: ${content.title}`;
    return [content.label ?? own, content.disclosure].filter((text) => text).join(". ");
  }

  get layout(): Layout {
    return this.subject.overlay.layout;
  }

  get asks(): boolean {
    return isAsk(this.subject.overlay.content);
  }

  /** The viewer opened it: then it may cover more. */
  get opened(): boolean {
    return this.#state.opened;
  }

  shareInView(): number {
    return this.#share;
  }

  /** This much time is left of that. */
  tick(leftMs: number, totalMs: number): void {
    const wasExpiring = this.#expiring;
    // Where motion is not wanted the line steps with the seconds.
    const lineMs = matchMedia("(prefers-reduced-motion: reduce)").matches ? Math.ceil(leftMs / 1_000) * 1_000 : leftMs;
    this.#left = { ms: leftMs, share: Math.min(Math.max(lineMs / totalMs, 0), 1) };
    if (wasExpiring === this.#expiring) this.#showTime();
    else this.#render();
  }

  /** The answer is with the server, which says how the question stands. */
  stand(standing: Standing): void {
    this.#change({ phase: "results", standing });
    const right = standing.correct_answer_id;
    if (!right) return;
    const { texts } = this.manner;
    const { content } = this.subject.overlay;
    const text = isAsk(content) ? content.answers.find(({ answer_id }) => answer_id === right)?.text : undefined;
    this.announce(right === this.#state.answerId ? texts.right : texts.notQuite(text ?? ""));
  }

  /** The answer is with the server, which says no more. */
  keep(): void {
    this.#change({ phase: "kept" });
  }

  /** The answer could not be sent; it is kept. */
  offline(): void {
    this.#change({ phase: "offline" });
    this.announce(this.manner.texts.offline);
  }

  /** The answer was not taken. */
  refuse(): void {
    this.#change({ phase: "error" });
    this.announce(this.manner.texts.refused);
    this.#errorTimer = setTimeout(() => this.#change({ phase: "kept" }), ERROR_MS);
  }

  close(): void {
    clearTimeout(this.#errorTimer);
    this.#inView.disconnect();
    this.node.remove();
  }

  /** What the viewer does to the card itself. */
  readonly #own: Acts = {
    answer: (answerId) => {
      if (this.#state.answerId !== undefined) return;
      this.#change({ phase: "answering", answerId });
      this.acts.answer(answerId);
    },
    click: () => this.acts.click(),
    close: () => this.acts.close(),
    more: () => this.acts.more(),
  };

  readonly #toggleWhy = (): void => this.#change({ why: !this.#state.why });

  readonly #copy = (): void => {
    const { content } = this.subject.overlay;
    if (isAsk(content) || !content.code) return;
    this.acts.click();
    navigator.clipboard.writeText(content.code).then(
      () => this.#change({ copied: true }),
      () => undefined, // Refused by the browser: the code stands there to be read.
    );
  };

  readonly #open = (): void => {
    this.#place = "sheet";
    this.#change({ opened: true });
  };

  #change(change: Partial<CardState>): void {
    Object.assign(this.#state, change);
    this.#render();
  }

  get #expiring(): boolean {
    return this.#left.ms <= EXPIRING_MS;
  }

  #render(): void {
    const focused = (this.node.getRootNode() as ShadowRoot).activeElement?.getAttribute("data-key");
    const before = this.#bars();
    this.node.className = `bk-card bk-${this.#place}`;
    this.node.dataset["place"] = this.#place;
    this.node.dataset["state"] = this.#state.phase === "kept" ? "results" : this.#state.phase;
    this.node.toggleAttribute("data-expiring", this.#expiring);
    this.node.replaceChildren(line(), ...(this.#place === "strip" ? this.#strip() : this.#whole()), closeButton(this.#own, this.manner));
    speak(this.node, this.subject, this.manner);
    this.#showTime();
    if (!before) this.#growBars();
    if (focused) this.node.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #whole(): Node[] {
    const { content } = this.subject.overlay;
    const state = this.#state;
    const why = this.#place === "sheet" ? undefined : whyButton(state, this.#toggleWhy, this.manner);
    const top = [head(this.subject, this.manner), told(this.subject)].filter((node) => node !== undefined);
    if (state.why) return [...top, whyBody(this.subject, this.manner), foot([], why)];
    const body = isAsk(content) ? this.#askBody(content) : offerBody(content, state, this.#own, this.#copy, this.manner, this.#room);
    const says = isAsk(content) ? this.#askFooting(content) : [offerFooting(content, this.#own, this.manner, this.#room)];
    // What could not be sent takes the foot's line, so that the card keeps its height.
    const plain = this.#place !== "sheet" && state.phase !== "offline" && state.phase !== "error";
    return [...top, ...body, ...(plain ? [foot(says, why)] : [])];
  }

  #askBody(ask: Ask): Node[] {
    const columns = this.#place === "sheet" ? sheetColumns(ask) : undefined;
    const said = outcome(ask, this.#state, this.manner);
    const question = make("h2", { class: "bk-q", text: ask.question });
    // In a sheet there is no room for a line more: what became of the answer takes the question's.
    const top = this.#place === "sheet" && said ? [said] : [question];
    return [...top, answers(ask, this.#state, this.#own, this.manner, columns), ...(said && this.#place !== "sheet" ? [said] : [])];
  }

  #askFooting(ask: Ask): (Node | string)[] {
    const { texts } = this.manner;
    if (this.#expiring && this.#state.phase === "idle") {
      return [make("button", { class: "bk-why", type: "button", "data-key": "more", text: texts.moreTime, on: this.#own.more })];
    }
    return [footing(ask, this.#state, this.manner)];
  }

  #strip(): Node[] {
    const { content } = this.subject.overlay;
    const { texts, locale } = this.manner;
    const open = (text: string): HTMLElement => make("button", { class: "bk-btn", type: "button", "data-key": "open", text, on: this.#open });
    const from = !isAsk(content) && content.kind === "upsell" && !content.paid_by ? make("span", { class: "bk-ad", text: texts.from(content.advertiser) }) : sender(this.subject, this.manner);
    const title = isAsk(content) ? content.question : titleOf(content, locale);
    const act = isAsk(content)
      ? open(content.kind === "poll" ? texts.vote : texts.guess)
      : content.code
        ? open(texts.code)
        : linkButton(content, this.#own, this.manner, "bk-btn");
    const test = this.subject.tries ? make("b", { class: "bk-test", text: ` ${texts.test}` }) : undefined;
    return [make("div", { class: "tx" }, [from, test, make("b", { class: "bk-title", text: title })]), act, told(this.subject)].filter((node) => node !== undefined);
  }

  #showTime(): void {
    this.node.style.setProperty("--left", this.#left.share.toFixed(4));
    const time = this.node.querySelector(".bk-time");
    const left = Number.isFinite(this.#left.ms) ? clock(Math.ceil(this.#left.ms / 1_000) * 1_000) : "";
    if (time && time.textContent !== left) time.textContent = left;
  }

  #bars(): boolean {
    return this.node.querySelector(".bar") !== null;
  }

  /** Results grow from nothing once: drawn at 0 first, so that the sheet's transition has a start. */
  #growBars(): void {
    for (const bar of this.node.querySelectorAll<HTMLElement>(".bar")) {
      const value = bar.style.getPropertyValue("--v");
      bar.style.setProperty("--v", "0%");
      bar.getBoundingClientRect();
      bar.style.setProperty("--v", value);
    }
  }
}

function titleOf(sell: Sell, locale: string): string {
  return sell.price ? `${sell.title}, ${price(sell.price, locale)}` : sell.title;
}
