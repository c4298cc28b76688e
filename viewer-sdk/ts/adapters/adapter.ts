/** What the SDK needs from any player, and how it finds out which one it was given. */
import type { AttachOptions, HlsPlayer } from "../api.js";
import { BeckonError } from "../error.js";
import { hlsAdapter } from "./hls.js";
import { videoAdapter } from "./video.js";

/** Where the playhead stands. */
export interface Playhead {
  /** On the player's own clock. */
  mediaTimeMs: number;
  /** By the stream's PROGRAM-DATE-TIME, where it has one. */
  dateMs: number | undefined;
  /** A stored video: its clock starts at the media's zero. */
  recording: boolean;
}

/** A text found in the stream; whether it is a cue of ours is for others to say. */
export interface FoundText {
  text: string;
  mediaTimeMs: number;
  dateMs: number | undefined;
}

/** One player. */
export interface Adapter {
  readonly video: HTMLVideoElement;
  /** Cues can be found in its stream. */
  readonly hearsStream: boolean;
  playhead(): Playhead;
  /** Starts to listen; the function it returns ends that. */
  listen(onText: (found: FoundText) => void): () => void;
}

/** The adapter for whatever player this is. */
export function adapterFor(player: HlsPlayer | HTMLVideoElement, options: Pick<AttachOptions, "video">): Adapter {
  if (player instanceof HTMLVideoElement) return videoAdapter(player);
  if (typeof player?.on !== "function" || typeof player.off !== "function") {
    throw new BeckonError("bad_option", "The player is neither an hls.js instance nor a video element");
  }
  const video = options.video ?? player.media;
  if (!(video instanceof HTMLVideoElement)) {
    throw new BeckonError("no_video", "The player has no video element yet: call attachMedia first, or pass `video`");
  }
  return hlsAdapter(player, video);
}
