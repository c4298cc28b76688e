/** Where an overlay goes in a picture of this size. */
import type { Layout } from "../wire.js";

/** In a narrower player nothing is drawn. */
export const NARROWEST = 256;
/** Below this only a strip fits. */
const CORNER = 400;
/** From here on a code can be scanned from the seat. */
const QR = 640;

/** How much of the picture an overlay may cover that the viewer has not opened. */
const SHARE = { asks: 0.28, sells: 0.2 };

export type Place = "corner" | "strip" | "sheet";

/** The place for a picture of this width; none where it is too small for anything. */
export function placeFor(width: number): "corner" | "strip" | undefined {
  if (width < NARROWEST) return undefined;
  return width < CORNER ? "strip" : "corner";
}

/** A QR code is for a screen that cannot be tapped, and large enough to scan. */
export function fitsQr(width: number, touch: boolean): boolean {
  return width >= QR && !touch;
}

/** This card covers more than it may, or more than there is room for. */
export function coversTooMuch(
  card: { width: number; height: number },
  picture: { width: number; height: number },
  asks: boolean,
  spot?: Spot,
): boolean {
  const share = (card.width * card.height) / (picture.width * picture.height);
  // Half a pixel more or less is the browser's rounding.
  const tallest = spot ? (picture.height * spot.height) / 100 + 0.5 : picture.height * 0.9;
  return share > (asks ? SHARE.asks : SHARE.sells) || card.height > tallest;
}

/** Where captions and a player's controls show: this much of the height, from below. */
const CAPTIONS = 18;

/** The edges that a card stands on, in percent of the picture, and how tall it may be there. */
export interface Spot {
  edges: { left?: number; right?: number; top?: number; bottom?: number };
  width: number;
  height: number;
}

/**
 * The room that the server found for an overlay; none where an older one did not look. Captions that were switched on since
 * lift what stands on them, as far as there is room above.
 */
export function spotOf({ anchor, left, top, width, height }: Layout, captions: boolean): Spot | undefined {
  if (left == null || top == null || width == null || height == null) return undefined;
  const below = anchor.startsWith("bottom");
  const onCaptions = captions && top + height > 100 - CAPTIONS;
  const from = onCaptions ? Math.max(0, 100 - CAPTIONS - height) : top;
  const side = left + width / 2 > 50 ? { right: 100 - left - width } : { left };
  return { edges: { ...side, ...(below ? { bottom: 100 - from - height } : { top: from }) }, width, height };
}

/** Captions, or the browser's own controls, show on this video. */
export function captionsShow(video: HTMLVideoElement): boolean {
  const texts = [...video.textTracks].filter(({ kind }) => kind === "captions" || kind === "subtitles");
  return video.controls || texts.some(({ mode }) => mode === "showing");
}

/** The picture inside a video's box: `object-fit: contain` leaves bars beside or above it. */
export function pictureIn(box: { width: number; height: number }, video: { width: number; height: number }): {
  left: number;
  top: number;
  width: number;
  height: number;
} {
  const known = video.width > 0 && video.height > 0 && box.width > 0 && box.height > 0;
  const scale = known ? Math.min(box.width / video.width, box.height / video.height) : 0;
  const [width, height] = known ? [video.width * scale, video.height * scale] : [box.width, box.height];
  return { left: (box.width - width) / 2, top: (box.height - height) / 2, width, height };
}
