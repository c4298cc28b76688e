/** The parts that every card shares: expiry line, head, foot, the line that says how it went. */
import { icon, type IconName } from "./icons.js";
import { make } from "./make.js";
import { isAsk, payer, type Acts, type CardState, type Manner, type Subject } from "./model.js";

/** The expiry line. */
export function line(): HTMLElement {
  return make("div", { class: "bk-line", "aria-hidden": "true" }, [make("i")]);
}

/** Who or what this is; for everything paid for, that it is an ad, and for whom. */
export function sender({ overlay: { content } }: Subject, { texts }: Manner): HTMLElement {
  const paying = payer(content);
  // The other kinds are always paid for.
  if (paying !== undefined || !(isAsk(content) || content.kind === "upsell")) {
    const name = isAsk(content) ? (paying ?? "") : content.advertiser;
    const also = paying === undefined || paying === name ? "" : `, ${texts.payer(paying)}`;
    return make("span", { class: "bk-ad" }, [make("b", { text: texts.ad }), ` · ${name}${also}`]);
  }
  return make("span", { class: "bk-kind" }, [icon(content.kind), texts.kinds[content.kind]]);
}

export function closeButton(acts: Acts, { texts }: Manner): HTMLElement {
  return make("button", { class: "bk-x", type: "button", "aria-label": texts.close, "data-key": "close", on: acts.close }, [icon("close")]);
}

/** Deadlines are shown where the viewer must act before them. */
export function showsTime({ overlay: { content } }: Subject): boolean {
  return isAsk(content) || content.kind === "promotion";
}

/** The head. Close comes last in the focus order, so it is appended to the card, and placed here by the sheet. */
export function head(subject: Subject, manner: Manner): HTMLElement {
  const time = showsTime(subject) ? make("span", { class: "bk-time", "aria-hidden": "true" }) : undefined;
  return make("header", { class: "bk-head" }, [sender(subject, manner), subject.tries ? make("b", { class: "bk-test", text: manner.texts.test }) : undefined, make("span", { class: "sp" }), time]);
}

/** What must be told from the first frame on: whole, whatever else there is no room for. */
export function told({ overlay: { content } }: Subject): HTMLElement | undefined {
  return content.disclosure ? make("p", { class: "bk-told", text: content.disclosure }) : undefined;
}

/** The foot: a count or a source, and "Why this?". */
export function foot(says: (Node | string)[], why: HTMLElement | undefined): HTMLElement {
  return make("footer", { class: "bk-foot" }, [make("span", { class: "bk-says" }, says), make("span", { class: "sp" }), why]);
}

export function whyButton(state: CardState, toggle: () => void, { texts }: Manner): HTMLElement {
  const text = state.why ? texts.back : texts.why;
  return make("button", { class: "bk-why", type: "button", "data-key": "why", "aria-expanded": String(state.why), text, on: toggle });
}

/** One line that says how it went: a mark, a colour, and words. */
export function say(tone: "right" | "wrong" | "warn", mark: IconName, text: string): HTMLElement {
  return make("p", { class: `bk-say ${tone}` }, [icon(mark), make("span", { text })]);
}
