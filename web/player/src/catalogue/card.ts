/** One video of the catalogue: its picture, which moves when it is pointed at, how it stands, and what is in it. */
import { el } from "../dom.js";
import { icon } from "../icons.js";
import { length, seen, share, standing, type Video } from "./words.js";

/** How many names a card has room for. */
const MOST = 4;

export function card(video: Video): HTMLLIElement {
  return el("li", { class: `video ${video.state}` }, shot(video), title(video), state(video), names(video));
}

function shot(video: Video): HTMLElement {
  const { poster_url: poster, preview_url: preview, file_url: file } = video;
  const still = poster && el("img", { src: poster, alt: "", loading: "lazy", decoding: "async" });
  const pill = video.duration_ms !== null && el("span", { class: "pill" }, length(video.duration_ms));
  const done = video.state === "recognising" && el("span", { class: "done", style: `inline-size:${share(video) * 100}%` });
  const failed = video.state === "failed" && el("span", { class: "mark" }, icon("warning"));
  const inside = [still, pill, done, failed];
  const whole =
    file && video.state === "done"
      ? el("a", { class: "shot", href: file, target: "_blank", rel: "noopener", "aria-label": `Play ${video.title}` }, ...inside)
      : el("span", { class: "shot" }, ...inside);
  if (still && preview) moves(whole, still, preview);
  return whole;
}

/** The moving picture is fetched when it is first asked for, and not at all by who wants no motion. */
function moves(whole: HTMLElement, still: HTMLImageElement, preview: string): void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const moving = el("img", { class: "moving", alt: "", decoding: "async" });
  const show = (): void => {
    if (!moving.isConnected) {
      moving.src = preview;
      still.after(moving);
    }
    whole.classList.add("plays");
  };
  const hide = (): void => whole.classList.remove("plays");
  whole.addEventListener("pointerenter", show);
  whole.addEventListener("focus", show);
  whole.addEventListener("pointerleave", hide);
  whole.addEventListener("blur", hide);
}

function title(video: Video): HTMLElement {
  return el("h2", {}, video.title);
}

function state(video: Video): HTMLElement {
  return el("p", { class: "state" }, standing(video));
}

function names(video: Video): HTMLElement | null {
  if (video.labels.length === 0) return null;
  const shown = video.labels.slice(0, MOST);
  const more = video.labels.length - shown.length;
  const chip = (label: Video["labels"][number]): HTMLElement =>
    el("li", { title: `${label.count} times, ${label.best_confidence.toFixed(1)} % at best` }, label.name, el("b", {}, String(label.count)));
  return el("ul", { class: "names", "aria-label": seen(video) }, ...shown.map(chip), more > 0 && el("li", { class: "more" }, `${more} more`));
}
