/** Ads, promotions, products and upsells: what is offered, its price, and the one way to it. */
import { price } from "../texts/texts.js";
import { qrCode } from "../core.js";
import { make, makeSvg } from "./make.js";
import { safeLink, type Acts, type CardState, type Manner, type Sell } from "./model.js";

/** What there is room for. */
export interface Room {
  picture: boolean;
  text: boolean;
  qr: boolean;
  /** There is a foot, which takes the link beside a code. */
  foot: boolean;
}

/** The body of a card that offers something. */
export function offerBody(sell: Sell, state: CardState, acts: Acts, copy: () => void, manner: Manner, room: Room): Node[] {
  const aside = room.picture ? visual(sell, manner, room) : undefined;
  const words = [
    make("h2", { class: "bk-q", text: sell.title }),
    room.text && sell.text ? make("p", { class: "bk-p", text: sell.text }) : undefined,
  ].filter((node) => node !== undefined);
  const acting = actions(sell, state, acts, copy, manner, room);
  if (!aside) return [...words, acting];
  // Beside a code to scan the button stands in the same column: it is the same link.
  const beside = aside.classList.contains("bk-qr");
  const column = make("div", { class: "bk-words" }, beside ? [...words, acting] : words);
  const row = make("div", { class: "bk-row" }, [aside, column]);
  return beside ? [row] : [row, acting];
}

/** The foot's words: where the offer comes from, where its link ends, how to take it, or the link beside a code. */
export function offerFooting(sell: Sell, acts: Acts, manner: Manner, room: Room): Node | string {
  const scanned = room.picture && room.qr && hasQr(sell);
  if (sell.kind === "upsell" && !scanned) return manner.texts.from(sell.advertiser);
  if (sell.code) return linkButton(sell, acts, manner, "bk-why") ?? "";
  if (!safeLink(sell.link_url, manner.base)) return "";
  // A code says nothing to the eye: where it leads stands beside it.
  return sell.link_host ?? (scanned ? manner.texts.scan : "");
}

/** An ad's link is drawn as a code too, unless it says otherwise. */
function hasQr(sell: Sell): boolean {
  return sell.qr ?? sell.kind === "ad";
}

function visual(sell: Sell, manner: Manner, room: Room): Element | undefined {
  const link = safeLink(sell.link_url, manner.base);
  if (hasQr(sell) && room.qr && link) {
    // As it came: in capitals it takes fewer modules, and reading it as an address would lower them.
    const code = qr(safeLink(sell.scan_url, manner.base) ? (sell.scan_url ?? link) : link, manner);
    if (code) return code;
  }
  const source = safeLink(sell.image_url, manner.base);
  if (!source) return undefined;
  const image = make("img", { class: "bk-thumb", src: source, alt: sell.image_text ?? "", decoding: "async", referrerpolicy: "no-referrer" });
  // A picture that does not come leaves no hole.
  image.addEventListener("error", () => image.remove(), { once: true });
  return image;
}

/** The code and its quiet zone: black on white whatever the theme, or no phone reads it. */
function qr(link: string, { texts }: Manner): SVGElement | undefined {
  const code = qrCode(link);
  if (!code) return undefined;
  const side = String(code.size + 8);
  const facts = { class: "bk-qr", viewBox: `-4 -4 ${side} ${side}`, role: "img", "aria-label": texts.qr, "shape-rendering": "crispEdges" };
  const drawn = makeSvg("svg", facts, [
    makeSvg("rect", { x: "-4", y: "-4", width: side, height: side, fill: "#fff" }),
    makeSvg("path", { d: code.path, fill: "#000" }),
  ]);
  // A phone's camera wants three pixels a module.
  drawn.style.setProperty("--bk-qr", `${String(3 * (code.size + 8))}px`);
  return drawn;
}

function actions(sell: Sell, state: CardState, acts: Acts, copy: () => void, manner: Manner, room: Room): HTMLElement {
  const { texts, locale } = manner;
  const children: (Node | undefined)[] = [];
  // The price stands before the button that leads to paying it.
  if (sell.price) children.push(make("span", { class: "bk-price", text: price(sell.price, locale) }));
  if (sell.code) {
    children.push(make("span", { class: "bk-code", text: sell.code }));
    // Only secure pages may write to the clipboard; elsewhere the code is selected by a touch.
    if (navigator.clipboard) {
      children.push(make("button", { class: "bk-btn", type: "button", "data-key": "copy", text: state.copied ? texts.copied : texts.copy, on: copy }));
    }
  }
  if (!sell.code) children.push(linkButton(sell, acts, manner, "bk-btn"));
  else if (!room.foot) children.push(linkButton(sell, acts, manner, "bk-btn quiet"));
  if (sell.kind === "upsell") {
    children.push(make("button", { class: "bk-btn quiet", type: "button", "data-key": "later", text: texts.notNow, on: acts.close }));
  }
  return make("div", { class: "bk-acts" }, children);
}

/** The link as a button; none where it may not be followed. */
export function linkButton(sell: Sell, acts: Acts, { base }: Manner, classes: string): HTMLElement | undefined {
  const href = safeLink(sell.link_url, base);
  if (!href) return undefined;
  return make("a", { class: classes, href, target: "_blank", rel: "noopener", "data-key": "link", text: sell.link_text, on: acts.click });
}
