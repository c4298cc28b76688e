/** A bare video element: Safari tells its date and its metadata, other browsers neither. */
import type { Adapter, FoundText, Playhead } from "./adapter.js";
import { textOf } from "./id3.js";

/** Safari's own: the date at media time 0 of a stream that has one. */
type WithStartDate = HTMLVideoElement & { getStartDate?: () => Date };

/** Safari's cue with metadata in it. */
interface MetadataCue extends TextTrackCue {
  value?: { key?: string; info?: string; data?: ArrayBuffer | string };
}

export function videoAdapter(video: HTMLVideoElement): Adapter {
  return {
    video,
    hearsStream: "WebKitDataCue" in globalThis,
    playhead: () => playheadOf(video),
    listen: (onText) => listenToTracks(video, onText),
  };
}

function playheadOf(video: WithStartDate): Playhead {
  const mediaTimeMs = video.currentTime * 1_000;
  const startMs = video.getStartDate?.().getTime();
  const dateMs = startMs !== undefined && Number.isFinite(startMs) ? startMs + mediaTimeMs : undefined;
  return { mediaTimeMs, dateMs, recording: Number.isFinite(video.duration) };
}

/** Hears the texts in the metadata tracks of a video, those that are there and those that come. */
export function listenToTracks(video: HTMLVideoElement, onText: (found: FoundText) => void): () => void {
  const known = new WeakSet<TextTrackCue>();
  const scan = (track: TextTrack): void => {
    for (const cue of [...(track.cues ?? [])] as MetadataCue[]) {
      if (known.has(cue)) continue;
      known.add(cue);
      const text = cue.value && textOf(cue.value.key, cue.value.info, cue.value.data);
      if (text !== undefined) onText({ text, mediaTimeMs: cue.startTime * 1_000, dateMs: undefined });
    }
  };
  const onCueChange = (event: Event): void => scan(event.currentTarget as TextTrack);
  const heard = new Set<TextTrack>();
  const hear = (track: TextTrack | null): void => {
    if (track?.kind !== "metadata" || heard.has(track)) return;
    heard.add(track);
    // A track that is disabled has no cues.
    if (track.mode === "disabled") track.mode = "hidden";
    track.addEventListener("cuechange", onCueChange);
    scan(track);
  };
  const onAddTrack = (event: TrackEvent): void => hear(event.track);

  for (const track of [...video.textTracks]) hear(track);
  video.textTracks.addEventListener("addtrack", onAddTrack);
  return () => {
    video.textTracks.removeEventListener("addtrack", onAddTrack);
    for (const track of heard) track.removeEventListener("cuechange", onCueChange);
  };
}
