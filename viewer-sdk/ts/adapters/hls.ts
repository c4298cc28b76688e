/** hls.js: hands metadata over when it parses a fragment, seconds before the playhead gets there. */
import type { HlsPlayer } from "../api.js";
import type { Adapter, FoundText, Playhead } from "./adapter.js";
import { textsIn } from "./id3.js";
import { listenToTracks } from "./video.js";

const METADATA = "hlsFragParsingMetadata";

/** As much of that event as is read here. */
interface ParsedMetadata {
  frag: { start: number; programDateTime: number | null };
  samples: { pts: number; data: Uint8Array }[];
}

export function hlsAdapter(player: HlsPlayer, video: HTMLVideoElement): Adapter {
  const playhead = (): Playhead => ({
    mediaTimeMs: video.currentTime * 1_000,
    dateMs: player.playingDate?.getTime(),
    // The element's duration says nothing: hls.js gives live streams a finite one.
    recording: player.latestLevelDetails?.live === false,
  });
  const listen = (onText: (found: FoundText) => void): (() => void) => {
    const onMetadata = (_: string, { frag, samples }: ParsedMetadata): void => {
      for (const { pts, data } of samples) {
        const dateMs = frag.programDateTime === null ? undefined : frag.programDateTime + (pts - frag.start) * 1_000;
        for (const text of textsIn(data)) onText({ text, mediaTimeMs: pts * 1_000, dateMs });
      }
    };
    player.on(METADATA, onMetadata);
    // What was parsed before we came, or by a version that names its event otherwise, lies in the text track;
    // a cue that is found twice is ignored the second time.
    const stopTracks = listenToTracks(video, onText);
    return () => {
      player.off(METADATA, onMetadata);
      stopTracks();
    };
  };
  return { video, hearsStream: true, playhead, listen };
}
