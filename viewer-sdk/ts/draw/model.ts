/** What a card draws, and what it lets the viewer do. */
import type { Texts } from "../texts/texts.js";
import type { Content, Explanation, InstrumentKind, Offer, Overlay, Standing } from "../wire.js";

/** A question to the viewer. */
export type Ask = Extract<Content, { kind: "poll" | "quiz" | "trivia" }>;
/** Something offered to the viewer. */
export type Sell = Offer & { kind: "ad" | "promotion" | "product" | "upsell"; scan_url?: string | null | undefined };

/** Everything that can be drawn. */
export const KINDS: readonly InstrumentKind[] = ["poll", "quiz", "trivia", "ad", "promotion", "product", "upsell"];

/** What was decided, as the stage hands it over. */
export interface Subject {
  overlay: Overlay;
  explanation: Explanation | undefined;
  personalised: boolean | undefined;
  /** Somebody tries out: nothing of it counts, and the card says so. */
  tries?: boolean;
}

/** How it looks and speaks. */
export interface Manner {
  locale: string;
  texts: Texts;
  /** Where addresses without a host lead: the API's own. */
  base: string;
}

/** What the viewer may do. */
export interface Acts {
  answer(answerId: string): void;
  click(): void;
  close(): void;
  more(): void;
}

/** Where the viewer stands with a card. */
export interface CardState {
  phase: "idle" | "answering" | "kept" | "results" | "offline" | "error";
  answerId: string | undefined;
  standing: Standing | undefined;
  /** A strip that the viewer has opened. */
  opened: boolean;
  /** "Why this?" lies open. */
  why: boolean;
  /** The code lies in the clipboard. */
  copied: boolean;
}

/** The subject with the links that count, where there are some, in place of the content's own. */
export function counting(subject: Subject): Subject {
  const { overlay } = subject;
  if (isAsk(overlay.content) || !overlay.link_url) return subject;
  // A path of the API's own ends where the link begins.
  const link_host = overlay.content.link_host ?? new URL(overlay.link_url).hostname;
  const content: Sell = { ...overlay.content, link_url: overlay.link_url, link_host, scan_url: overlay.scan_url };
  return { ...subject, overlay: { ...overlay, content } };
}

export function isAsk(content: Content): content is Ask {
  return content.kind === "poll" || content.kind === "quiz" || content.kind === "trivia";
}

/** Who pays for it, where somebody does: only the house's own offers and questions are free of that. */
export function payer(content: Content): string | undefined {
  if (isAsk(content) || content.kind === "upsell") return content.paid_by ?? undefined;
  return content.paid_by ?? content.advertiser;
}

/** The link, where it is one that may be followed. */
export function safeLink(url: string | null | undefined, base: string): string | undefined {
  if (!url || url.startsWith("//")) return undefined;
  try {
    const { protocol, href } = new URL(url, base);
    return protocol === "https:" || protocol === "http:" ? href : undefined;
  } catch {
    return undefined;
  }
}
