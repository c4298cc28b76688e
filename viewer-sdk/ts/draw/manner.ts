/** One card's own manner: the language it is told in, and the theme that it brings along. */
import { directionOf, hasTextsFor, languageOf, textsFor } from "../texts/texts.js";
import type { Overlay, Theme } from "../wire.js";
import type { Manner, Subject } from "./model.js";

/** How solid a card is, and a result's bar on it, by theme: the contrast was reckoned with these. */
const SOLID = { dark: { surface: "eb", fill: "4d" }, light: { surface: "f2", fill: "2e" } } as const;

/** The words of a host's author: what may be of another language than the SDK's own words around it. */
const AUTHORS = ".bk-q, .bk-p, .bk-title, .bk-told, .bk-opt > span:not(.pc), .bk-thumb, [data-key=link]";

/** The manner of a card: a card speaks one language, so where the SDK has its content's, it takes that. */
export function mannerOf({ locale }: Overlay, manner: Manner): Manner {
  if (!locale || !hasTextsFor(locale)) return manner;
  // The same language as the viewer's: then numbers stand as the viewer's region writes them.
  const same = languageOf(locale) === languageOf(manner.locale);
  return { ...manner, locale: same ? manner.locale : locale, texts: textsFor(locale) };
}

/** Says which language the author's words are in, where it is not that of the words around them. */
export function speak(node: HTMLElement, { overlay: { locale } }: Subject, manner: Manner): void {
  if (!locale || hasTextsFor(locale)) return;
  for (const words of node.querySelectorAll<HTMLElement>(AUTHORS)) {
    words.lang = locale;
    words.dir = directionOf(locale);
  }
  node.lang = manner.locale;
}

/** Gives a card the colours that it brings along; the server took only those that can be read. */
export function dress(node: HTMLElement, theme: Theme | null | undefined): void {
  if (!theme) return;
  node.dataset["theme"] = theme.base;
  const solid = SOLID[theme.base];
  const put = (name: string, colour: string | null | undefined, alpha = ""): void => {
    if (colour && /^#[0-9a-f]{6}$/i.test(colour)) node.style.setProperty(`--bk-${name}`, colour + alpha);
  };
  put("surface", theme.surface, solid.surface);
  put("text", theme.text);
  put("muted", theme.muted);
  put("accent", theme.accent);
  put("on-accent", theme.on_accent);
  put("fill", theme.accent, solid.fill);
}
