/** `<beckon-overlay>`: lies over the picture, lets every click through that is not for a card, and holds one card. */
import { textsFor } from "../texts/texts.js";
import { Card } from "./card.js";
import { make } from "./make.js";
import { mannerOf } from "./manner.js";
import { counting, type Acts, type Manner, type Subject } from "./model.js";
import { mount } from "./mount.js";
import sheetText from "../../dist/core/overlay.css";
import { captionsShow, coversTooMuch, fitsQr, placeFor, spotOf } from "./place.js";

const NAME = "beckon-overlay";

/** What the host decides once. */
export interface Look {
  theme: "dark" | "light";
  locale: string;
  /** Where addresses without a host lead. */
  base: string;
}

let sheet: CSSStyleSheet | undefined;

/** The host element; its shadow root is open, for tests and for assistive tools. */
export class BeckonOverlay extends HTMLElement {
  #manner: Manner = { locale: "en", texts: textsFor("en"), base: "" };
  #card: Card | undefined;
  #acts: Acts | undefined;
  #width = 0;
  #video: HTMLVideoElement | undefined;
  #before: HTMLElement | undefined;
  #unmount: (() => void) | undefined;
  readonly #live = make("p", { class: "bk-live", role: "status" });
  readonly #box = make("div", { class: "bk" }, [this.#live]);

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    dress(root);
    root.append(this.#box);
    // Focus comes by key or remote only, and goes back where it was.
    this.#box.addEventListener("focusin", (event) => {
      const from = event.relatedTarget;
      if (from instanceof HTMLElement && !this.#box.contains(from)) this.#before = from;
    });
  }

  /** Puts it over the picture. */
  begin(video: HTMLVideoElement, container: HTMLElement | undefined, look: Look): void {
    this.#manner = { locale: look.locale, texts: textsFor(look.locale), base: look.base };
    this.dataset["theme"] = look.theme;
    this.#speak(this.#manner);
    this.#video = video;
    const unmount = mount(this, video, container, () => this.#fit());
    video.textTracks.addEventListener("change", this.#arrangeAgain);
    this.#unmount = () => {
      unmount();
      video.textTracks.removeEventListener("change", this.#arrangeAgain);
    };
    document.addEventListener("keydown", this.#onKey);
  }

  disconnectedCallback(): void {
    // Hosts move their player about in the page; only what is still gone in a moment has been removed.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#unmount?.();
      document.removeEventListener("keydown", this.#onKey);
    });
  }

  pictureSize(): { width: number; height: number } {
    return { width: this.clientWidth, height: this.clientHeight };
  }

  /** Captions or controls show on the picture. */
  captionsShow(): boolean {
    return this.#video !== undefined && captionsShow(this.#video);
  }

  /** Draws a card; none where the picture has no room for it. */
  open(subject: Subject, acts: Acts): Card | undefined {
    this.close();
    const place = placeFor(this.clientWidth);
    if (!place) return undefined;
    const manner = mannerOf(subject.overlay, this.#manner);
    this.#speak(manner);
    const card = new Card(counting(subject), manner, acts, (text) => this.#say(text));
    this.#card = card;
    this.#acts = acts;
    this.#box.append(card.node);
    this.#arrange(card);
    this.#say(card.words);
    return card;
  }

  close(): void {
    const held = this.shadowRoot?.activeElement;
    const card = this.#card;
    if (!card) return;
    const back = held && card.node.contains(held) ? this.#before : undefined;
    card.close();
    this.#card = undefined;
    this.#acts = undefined;
    this.#say("");
    if (back?.isConnected) back.focus({ preventScroll: true });
  }

  #fit(): void {
    if (this.#width === this.clientWidth) return;
    this.#width = this.clientWidth;
    this.#arrangeAgain();
  }

  readonly #arrangeAgain = (): void => {
    if (this.#card) this.#arrange(this.#card);
  };

  /** Finds the largest form that does not cover too much: without its picture, without its text, as a strip. */
  #arrange(card: Card): void {
    const picture = this.pictureSize();
    const place = placeFor(picture.width) ?? "strip";
    const spot = spotOf(card.layout, this.captionsShow());
    card.put(spot);
    if (place === "corner") {
      const qr = fitsQr(picture.width, matchMedia("(pointer: coarse)").matches);
      for (const room of [{ picture: true, text: true, qr }, { picture: false, text: true, qr }, { picture: false, text: false, qr }]) {
        card.draw("corner", room);
        const size = { width: card.node.offsetWidth, height: card.node.offsetHeight };
        if (!coversTooMuch(size, picture, card.asks, spot)) return;
      }
    }
    card.draw("strip", { picture: false, text: true, qr: false });
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented || !this.#acts) return;
    const path = event.composedPath();
    const here = path.includes(this) || (this.parentElement !== null && path.includes(this.parentElement));
    // With two players on a page, Escape in the one leaves the other alone; Escape nowhere closes all.
    if (here || event.target === document.body) this.#acts.close();
  };

  #speak({ locale, texts }: Manner): void {
    this.#box.dir = texts.direction;
    this.#box.lang = locale;
  }

  #say(text: string): void {
    this.#live.textContent = text;
  }
}

/** One sheet for all overlays where the browser shares sheets; it needs no inline style to be allowed. */
function dress(root: ShadowRoot): void {
  try {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(sheetText);
    }
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make("style", { text: sheetText }));
  }
}

/** Makes an overlay over this video; the element's name may be taken already, by another copy of the SDK. */
export function createOverlay(
  video: HTMLVideoElement,
  container: HTMLElement | undefined,
  look: Look,
): BeckonOverlay {
  if (!customElements.get(NAME)) customElements.define(NAME, BeckonOverlay);
  const known = customElements.get(NAME);
  // Another copy's element would not have our methods: ours then goes by a name of its own.
  if (known !== BeckonOverlay && !customElements.getName?.(BeckonOverlay)) customElements.define(`${NAME}-${Date.now().toString(36)}`, BeckonOverlay);
  const element = new BeckonOverlay();
  element.begin(video, container, look);
  return element;
}
