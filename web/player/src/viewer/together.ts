/** Keeps two pictures of one channel on the same second, so that only the overlays differ. */
import type { Playback } from "./playback.js";

/** How fast the follower plays, given how many milliseconds it is behind (negative: ahead) of the leader. */
export function pace(behindMs: number): number {
  // Under 40 ms nobody sees it; over 4 s somebody has paused or sought on purpose.
  if (Math.abs(behindMs) < 40 || Math.abs(behindMs) > 4000) return 1;
  return 1 + Math.max(-0.06, Math.min(0.06, behindMs / 4000));
}

export function keepTogether(leader: Playback, follower: Playback): void {
  setInterval(() => {
    const [at, its] = [leader.playingAt, follower.playingAt];
    const both = leader.state === "playing" && follower.state === "playing";
    follower.video.playbackRate = both && at !== null && its !== null ? pace(at - its) : 1;
  }, 500);
}
