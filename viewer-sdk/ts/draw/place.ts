/** Where an overlay goes in a picture of this size. */

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

/** This card covers more than it may. */
export function coversTooMuch(card: { width: number; height: number }, picture: { width: number; height: number }, asks: boolean): boolean {
  const share = (card.width * card.height) / (picture.width * picture.height);
  return share > (asks ? SHARE.asks : SHARE.sells) || card.height > picture.height * 0.9;
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
