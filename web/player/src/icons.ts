/** The stroke icons of the page, on a grid of 16. */

const PATHS = {
  ad: ["M2 6v4h2.5L10 13V3L4.5 6zM12.5 6a3 3 0 0 1 0 4"],
  promotion: ["M2.5 2.5h5L14 9l-5 5-6.5-6.5z", "M5.4 5.4v.1"],
  poll: ["M3 13V8M8 13V3M13 13v-3"],
  quiz: ["M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2z", "M6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.5-.8 1.1M8 11.3v.1"],
  trivia: ["M5.6 11a4 4 0 1 1 4.8 0v1.2H5.6zM6.5 14.2h3M8 1v.6M2 4l.6.4M14 4l-.6.4"],
  product: ["M3 5.5h10l-.7 8H3.7zM5.5 5.5V5a2.5 2.5 0 0 1 5 0v.5"],
  upsell: ["M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2z", "M8 11V5.2M5.4 7.6 8 5l2.6 2.6"],
  pause: ["M5.5 3v10M10.5 3v10"],
  play: ["M4.5 2.8v10.4L13 8z"],
  sound: ["M2 6v4h2.5L8 13V3L4.5 6zM10.5 5.5a3.5 3.5 0 0 1 0 5"],
  muted: ["M2 6v4h2.5L8 13V3L4.5 6zM11 6.2l3.4 3.6M14.4 6.2 11 9.8"],
  full: ["M2 6V2h4M14 6V2h-4M2 10v4h4M14 10v4h-4"],
  small: ["M6 2v4H2M10 2v4h4M6 14v-4H2M10 14v-4h4"],
  check: ["m3 8.5 3.2 3.2L13 5"],
  close: ["m4 4 8 8M12 4l-8 8"],
  warning: ["M8 2.2 14.5 13.5h-13zM8 6.5v3M8 11.6v.1"],
  wait: ["M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2z", "M8 4.8V8l2.2 1.6"],
  signal: ["M4 7.2A4.8 4.8 0 0 1 8.8 12M4 2.8A9.2 9.2 0 0 1 13.2 12", "M4 11.9v.2"],
  none: ["M4 8h8"],
  screen: ["M2 3.5h12v8H2zM6 14h4"],
} as const;

export type IconName = keyof typeof PATHS;

/** An icon that says nothing to screen readers: a word always stands beside it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  for (const d of PATHS[name]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
