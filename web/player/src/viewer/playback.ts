/** The live channel in one video element, by hls.js; it mends itself while the server is away. */
import Hls from "hls.js";

export type PlaybackState = "loading" | "playing" | "paused" | "waiting" | "blocked" | "broken" | "unsupported";

const RETRY_MS = 2000;

export class Playback {
  readonly hls: Hls;
  private listeners = new Set<(state: PlaybackState) => void>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private current: PlaybackState = "loading";

  constructor(
    readonly video: HTMLVideoElement,
    private readonly url: string,
  ) {
    // Three segments behind the edge: near enough for live, far enough that a cue is parsed before its turn.
    this.hls = new Hls({ liveSyncDurationCount: 3, liveMaxLatencyDurationCount: 6, backBufferLength: 30 });
    if (!Hls.isSupported()) {
      this.set("unsupported");
      return;
    }
    this.hls.attachMedia(video);
    this.hls.loadSource(url);
    this.hls.on(Hls.Events.MANIFEST_PARSED, () => void this.play());
    this.hls.on(Hls.Events.ERROR, (_event, error) => {
      if (!error.fatal) return;
      if (error.type === Hls.ErrorTypes.MEDIA_ERROR) this.hls.recoverMediaError();
      else this.later();
    });
    video.addEventListener("playing", () => this.set("playing"));
    video.addEventListener("waiting", () => this.current === "playing" && this.set("waiting"));
    video.addEventListener("pause", () => this.current !== "broken" && this.set("paused"));
  }

  get state(): PlaybackState {
    return this.current;
  }

  /** When the picture on screen was made, by the stream's own PROGRAM-DATE-TIME. */
  get playingAt(): number | null {
    return this.hls.playingDate?.getTime() ?? null;
  }

  /** Seconds between the picture and where a live viewer should be. */
  get behindS(): number {
    return Math.max(0, this.hls.latency - (this.hls.targetLatency ?? 0));
  }

  onState(listener: (state: PlaybackState) => void): void {
    this.listeners.add(listener);
    listener(this.current);
  }

  async play(): Promise<void> {
    try {
      await this.video.play();
    } catch (refused) {
      if (refused instanceof DOMException && refused.name === "NotAllowedError") this.set("blocked");
    }
  }

  toggle(): void {
    if (this.video.paused) void this.play();
    else this.video.pause();
  }

  goLive(): void {
    const edge = this.hls.liveSyncPosition;
    if (edge !== null) this.video.currentTime = edge;
    if (this.video.paused) void this.play();
  }

  private later(): void {
    this.set("broken");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      this.hls.loadSource(this.url);
      this.hls.startLoad();
    }, RETRY_MS);
  }

  private set(state: PlaybackState): void {
    this.current = state;
    for (const listener of this.listeners) listener(state);
  }
}
