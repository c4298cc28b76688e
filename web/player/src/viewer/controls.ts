/** The player's controls: play, sound, place in the live window, live edge, full screen. */
import { el, say } from "../dom.js";
import { icon, type IconName } from "../icons.js";
import type { Playback } from "./playback.js";

/** So far from the edge a viewer no longer counts as live. */
const LIVE_S = 4;

function button(label: string, name: IconName): HTMLButtonElement {
  return el("button", { type: "button", "aria-label": label, title: label }, icon(name));
}

function relabel(target: HTMLButtonElement, label: string, name: IconName): void {
  if (target.title === label) return;
  target.title = label;
  target.setAttribute("aria-label", label);
  target.replaceChildren(icon(name));
}

/** Builds the row of controls; `stage` is what goes full screen, so that overlays and controls go with the picture. */
export function controls(playback: Playback, stage: HTMLElement): HTMLElement {
  const { video } = playback;
  const play = button("Play", "play");
  const sound = button("Turn sound on", "muted");
  const bar = el("input", { type: "range", step: "0.1", min: "0", max: "1", value: "1", "aria-label": "Place in the live window" });
  const liveWord = document.createTextNode("Live");
  const live = el("button", { type: "button", class: "live" }, el("i"), liveWord);
  const full = button("Full screen", "full");

  play.addEventListener("click", () => playback.toggle());
  sound.addEventListener("click", () => (video.muted = !video.muted));
  bar.addEventListener("input", () => (video.currentTime = Number(bar.value)));
  live.addEventListener("click", () => playback.goLive());
  full.addEventListener("click", () => void (document.fullscreenElement === stage ? document.exitFullscreen() : stage.requestFullscreen()));

  const showPlay = (): void => relabel(play, video.paused ? "Play" : "Pause", video.paused ? "play" : "pause");
  const showSound = (): void => relabel(sound, video.muted ? "Turn sound on" : "Turn sound off", video.muted ? "muted" : "sound");
  const showFull = (): void => {
    const on = document.fullscreenElement === stage;
    relabel(full, on ? "Leave full screen" : "Full screen", on ? "small" : "full");
  };
  const showLive = (): void => {
    const behind = playback.behindS;
    const away = ["loading", "broken", "unsupported"].includes(playback.state);
    live.classList.toggle("behind", away || behind > LIVE_S);
    say(liveWord, away ? "No signal" : behind > LIVE_S ? `${Math.round(behind)} s behind` : "Live");
    live.title = away ? "The channel is away" : behind > LIVE_S ? "Go to the live edge" : "At the live edge";
  };
  const showPlace = (): void => {
    const { seekable, currentTime } = video;
    showLive();
    if (seekable.length === 0) return;
    // The bar ends where a live viewer is, not at the last published segment.
    const [from, to] = [seekable.start(0), Math.max(currentTime, playback.hls.liveSyncPosition ?? 0)];
    const behind = playback.behindS;
    bar.min = String(from);
    bar.max = String(to);
    bar.value = String(currentTime);
    bar.style.setProperty("--at", `${to > from ? Math.min(100, Math.max(0, ((currentTime - from) / (to - from)) * 100)) : 0}%`);
    bar.setAttribute("aria-valuetext", behind > LIVE_S ? `${Math.round(behind)} seconds behind live` : "live");
  };

  for (const type of ["play", "pause"]) video.addEventListener(type, showPlay);
  video.addEventListener("volumechange", showSound);
  video.addEventListener("timeupdate", showPlace);
  playback.onState(showLive);
  document.addEventListener("fullscreenchange", showFull);
  showPlay();
  return el("div", { class: "ctl", role: "group", "aria-label": "Player" }, play, sound, bar, live, full);
}
