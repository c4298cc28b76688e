/** The icons: one 16 px grid, one stroke. */
import { makeSvg } from "./make.js";

const PATHS = {
  poll: "M3 13V8M8 13V3M13 13v-3",
  quiz: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.5-.8 1.1M8 11.3v.1",
  trivia: "M8 2v2M3.6 3.6 5 5M2 8h2M12.4 3.6 11 5M14 8h-2M6 14h4M5.8 11.6a3.6 3.6 0 1 1 4.4 0",
  upsell: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 11V5.2M5.4 7.6 8 5l2.6 2.6",
  close: "m4 4 8 8M12 4l-8 8",
  right: "m3 8.5 3.2 3.2L13 5",
  wrong: "m4.5 4.5 7 7M11.5 4.5l-7 7",
  offline: "M2 2l12 12M4.5 9.5a5 5 0 0 1 2-1.3M2 6.6a9 9 0 0 1 2.4-1.7M8 4a9 9 0 0 1 6 2.6M9.6 8.2a5 5 0 0 1 1.9 1.3M8 12.4v.1",
  error: "M8 2 14.5 13.5h-13zM8 6.5v3M8 11.6v.1",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGElement {
  const facts = {
    viewBox: "0 0 16 16", width: "16", height: "16", fill: "none", stroke: "currentColor",
    "stroke-width": "1.6", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
  };
  return makeSvg("svg", facts, [makeSvg("path", { d: PATHS[name] })]);
}
