/** The inspector: everything that the two SDKs say, with times, newest first. */
import type { BeckonEvent } from "@beckon/viewer-sdk";
import type { DemoViewer } from "./demo.js";
import { byId, el } from "./dom.js";
import { SAID, type Said } from "./viewer/column.js";
import { title } from "./viewer/story.js";
import { clock, place, span, whyNothing } from "./words.js";

const KEPT = 300;

export function startInspector(viewers: DemoViewer[]): void {
  const drawer = byId("inspector");
  const opener = byId("inspect");
  const log = byId("log");
  const show = (open: boolean): void => {
    drawer.hidden = !open;
    document.body.classList.toggle("inspecting", open);
    opener.setAttribute("aria-expanded", String(open));
  };
  opener.addEventListener("click", () => show(drawer.hidden));
  byId("inspector-close").addEventListener("click", () => {
    show(false);
    opener.focus();
  });
  drawer.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    show(false);
    opener.focus();
  });
  document.addEventListener(SAID, (said) => {
    const { viewer, event } = (said as CustomEvent<Said>).detail;
    byId("inspector-empty").hidden = true;
    log.prepend(line(viewer, event));
    while (log.childElementCount > KEPT) log.lastElementChild?.remove();
  });
  chooseWhose(viewers, log);
}

function chooseWhose(viewers: DemoViewer[], log: HTMLElement): void {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const buttons = [{ viewer_id: "", label: "Both" }, ...viewers].map(({ viewer_id, label }) => {
    const button = el("button", { type: "button", "aria-pressed": String(viewer_id === "") }, label);
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      // One rule hides the others' lines, those that are still to come included.
      sheet.replaceSync(viewer_id ? `#log li:not([data-viewer="${CSS.escape(viewer_id)}"]) { display: none; }` : "");
      log.scrollTop = 0;
    });
    return button;
  });
  byId("inspector-who").append(...buttons);
}

function line(viewer: DemoViewer, event: BeckonEvent): HTMLElement {
  const at = `${clock(event.at)}.${String(Math.floor(event.at % 1000)).padStart(3, "0")}`;
  return el(
    "li",
    { "data-viewer": viewer.viewer_id, "data-type": event.type },
    el("time", { datetime: new Date(event.at).toISOString() }, at),
    el("span", { class: "tag" }, el("b", { class: event.type === "failed" ? "bad" : undefined }, event.type), el("span", {}, viewer.label)),
    el("span", { class: "what" }, what(event)),
  );
}

function what(event: BeckonEvent): string {
  switch (event.type) {
    case "ready":
      return `${event.media.title}, zero at ${clock(Date.parse(event.media.zero))}`;
    case "cue": {
      const way = event.via === "stream" ? "in the stream" : "by SSE";
      const ahead = event.aheadMs === null ? "" : `, ${span(event.aheadMs)} ahead of the playhead`;
      return `${event.cue.kind} ${way}, about ${place(event.cue.seen_ms)}${ahead}: ${event.verdict.replaceAll("_", " ")}`;
    }
    case "asked":
      return `for ${place(event.positionMs)}, ${span(event.backwardMs)} back${event.cueId === null ? ", without a cue" : ""}`;
    case "decided": {
      const overlay = event.decision.overlays[0];
      return `${overlay ? `“${title(overlay)}” at ${place(overlay.show_at_ms)}` : `none. ${whyNothing(event.decision.reasons)}`} (answer after ${span(event.tookMs)})`;
    }
    case "painted":
      return `“${title(event.overlay)}”, ${span(event.latenessMs)} after its turn at ${place(event.overlay.show_at_ms)}`;
    case "answered":
      return `“${title(event.overlay)}”: ${event.answerId}`;
    case "standing":
      return event.standing.tallies.map((tally) => `${tally.answer_id} ${tally.count}`).join(", ");
    case "clicked":
      return `“${title(event.overlay)}”`;
    case "gone":
    case "skipped":
      return `“${title(event.overlay)}”: ${event.why.replaceAll("_", " ")}`;
    case "sent":
      return `${event.items.map((item) => item.code ?? item.status).join(", ")}; answer after ${span(event.tookMs)}`;
    case "failed":
      return `${event.what}: ${event.error.message} (${event.error.code})${event.willRetry ? ", tries again" : ""}`;
  }
}
