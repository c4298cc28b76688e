/** What the catalogue says of a video, in words and numbers that a person reads. */
import type { components } from "../../../../openapi/openapi.js";

export type Video = components["schemas"]["CatalogueItem"];

/** `4:05`, or `1:02:03`. */
export function length(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** How much of it was looked at, 0 to 1. */
export function share(video: Video): number {
  return video.duration_ms ? Math.min(1, video.analysed_ms / video.duration_ms) : 0;
}

/** How a video stands: a word or a sentence, never a code. */
export function standing(video: Video): string {
  switch (video.state) {
    case "queued":
      return video.error ? `Tried again: ${video.error}` : "Waits its turn";
    case "recognising":
      return video.error ? `Tried again: ${video.error}` : `Looking, ${Math.floor(share(video) * 100)} % done`;
    case "storing":
      return "Cutting its pictures";
    case "failed":
      return video.error ? `Failed: ${video.error}` : "Failed, and nobody said why.";
    case "done": {
      const things = video.labels.length;
      return things === 0 ? "Nothing known is in it" : `${things} ${things === 1 ? "thing" : "things"} in it`;
    }
  }
}

/** The line above them all. */
export function counted(videos: Video[]): string {
  const of = (...states: Video["state"][]): number => videos.filter((video) => states.includes(video.state)).length;
  const parts = [`${videos.length} ${videos.length === 1 ? "video" : "videos"}`];
  const working = of("queued", "recognising", "storing");
  if (working > 0) parts.push(`${working} being worked on`);
  if (of("failed") > 0) parts.push(`${of("failed")} failed`);
  return parts.join(", ");
}

/** What is in it, as it is read aloud with the picture. */
export function seen(video: Video): string {
  return video.labels.map((label) => `${label.name}, ${label.count} times`).join("; ");
}
