/** What stands over the picture while there is none, or while it stands still against the viewer's will. */
import { el, say } from "../dom.js";
import type { Playback, PlaybackState } from "./playback.js";

const TEXT: Partial<Record<PlaybackState, [string, string]>> = {
  loading: ["Waiting for the channel", "The first picture comes when its first segments are there, within a few seconds."],
  waiting: ["Waiting for the next segment", "The picture goes on by itself."],
  blocked: ["Ready to play", "This browser wants you to press Play first."],
  broken: ["The channel has stopped", "It is asked for again every two seconds."],
  unsupported: ["This browser cannot play the channel", "It has no Media Source Extensions, which hls.js needs."],
};

/** A short stall is not worth a word. */
const PATIENCE_MS = 700;

export function waiting(playback: Playback): HTMLElement {
  const title = el("b");
  const text = el("span");
  const panel = el("div", { class: "waiting", role: "status" }, title, text);
  panel.hidden = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  playback.onState((state) => {
    clearTimeout(timer);
    const words = TEXT[state];
    const show = (): void => {
      panel.hidden = !words;
      if (words) {
        say(title, words[0]);
        say(text, words[1]);
      }
    };
    if (state === "waiting") timer = setTimeout(show, PATIENCE_MS);
    else show();
  });
  return panel;
}
