/** One viewer's column: who it is, the picture with the SDK on it, and why. */
import { attach, BeckonError, type Beckon, type BeckonEvent, type HlsPlayer } from "@beckon/viewer-sdk";
import { readToken, type DemoConfig, type DemoViewer } from "../demo.js";
import { el } from "../dom.js";
import { controls } from "./controls.js";
import { Playback } from "./playback.js";
import { profileMenu } from "./profile.js";
import { waiting } from "./waiting.js";
import { whyPanel, type WhyPanel } from "./why.js";

/** What one viewer's SDK said; bubbles from its column, so that anything on the page can listen. */
export interface Said {
  viewer: DemoViewer;
  event: BeckonEvent;
}
export const SAID = "beckon:said";

export interface Column {
  readonly root: HTMLElement;
  readonly playback: Playback;
}

export function column(config: DemoConfig, viewer: DemoViewer): Column {
  const about = el("span", { class: "sub" }, viewer.about);
  const video = el("video", { playsinline: true, muted: true, autoplay: true, "aria-label": `The channel, as ${viewer.label} sees it` });
  // The attribute alone does not mute an element that was made by script.
  video.muted = true;
  const frame = el("div", { class: "frame" }, video);
  const stage = el("div", { class: "stage" }, frame);
  const playback = new Playback(video, config.playback_url);
  frame.append(waiting(playback));
  stage.append(controls(playback, stage));
  const why = whyPanel();

  let beckon: Beckon | null = null;
  const heading = el("h2", {}, viewer.label);
  const menu = profileMenu(viewer, about, () => {
    // A changed profile shows at once where nothing is on screen; otherwise the next cue shows it.
    if (!why.busy) void beckon?.check();
  });
  const title = el("div", { class: "title" }, heading, about, el("span", { class: "gap" }), menu);
  const root = el("section", { class: "viewer", "aria-label": viewer.label, "data-viewer": viewer.viewer_id }, title, stage, why.root);

  const start = async (): Promise<void> => {
    beckon = await join(config, viewer, playback, frame, why, root, () => void start());
  };
  void start();
  return { root, playback };
}

async function join(
  config: DemoConfig,
  viewer: DemoViewer,
  playback: Playback,
  frame: HTMLElement,
  why: WhyPanel,
  root: HTMLElement,
  retry: () => void,
): Promise<Beckon | null> {
  try {
    // hls.js types its listeners event by event, which the SDK's structural type does not take as it stands.
    return await attach(playback.hls as unknown as HlsPlayer, {
      api: "",
      media: config.media_id,
      token: () => readToken(viewer.viewer_id),
      video: playback.video,
      container: frame,
      explain: true,
      onEvent: (event) => {
        why.hear(event);
        root.dispatchEvent(new CustomEvent<Said>(SAID, { bubbles: true, detail: { viewer, event } }));
      },
    });
  } catch (error) {
    const refused = error instanceof BeckonError ? error : null;
    why.failed(refused?.message ?? String(error), refused?.code ?? "attach_failed", retry);
    return null;
  }
}
