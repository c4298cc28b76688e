/** The face of the SDK: what a host passes in, holds, and hears. */
import type { BeckonError } from "./error.js";
import type { Cue, Decision, EventOutcome, Media, Overlay, Standing } from "./wire.js";

/** As much of hls.js as the SDK touches; any version that has it will do. */
export interface HlsPlayer {
  readonly media: HTMLMediaElement | null;
  readonly playingDate: Date | null;
  readonly latestLevelDetails?: { readonly live: boolean } | null;
  on(event: string, listener: (event: never, data: never) => void): void;
  off(event: string, listener?: (event: never, data: never) => void): void;
}

/** Where to get the WebAssembly core from. */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

/** How to attach. */
export interface AttachOptions {
  /** Where the API answers: `https://api.example.com`, or `""` for the page's own origin. */
  api: string;
  /** The media that the player plays. */
  media: string;
  /** Gives the viewer's token. Asked once and remembered; asked again when the server refuses it. */
  token: () => string | Promise<string>;
  /** The video element, where the player has none of its own yet. */
  video?: HTMLVideoElement;
  /** A positioned box to draw in; unless given, the overlay lies over the video's own box. */
  container?: HTMLElement;
  /** How it looks over the picture; dark unless told. */
  theme?: "dark" | "light";
  /** BCP 47; the video's own language unless told, then the browser's. */
  locale?: string;
  /** Whether the profile may choose what is shown. It can only take away from what the viewer agreed to. */
  personalisation?: boolean | (() => boolean);
  /**
   * The viewer is nobody: it gave no consent, or has no identity. Nothing is kept of it on the server, no profile is read, and
   * caps hold by what this page has counted, for as long as it is attached.
   */
  anonymous?: boolean;
  /** Ask the server to say why it chose as it did. */
  explain?: boolean;
  /** Where cues come from: in the stream, beside it by server-sent events, or whichever the player allows. */
  signal?: "auto" | "stream" | "sse";
  /** The core's file; `beckon.wasm` beside this module unless told. Only the first call's is used. */
  wasm?: WasmSource;
  /** Hears every event. */
  onEvent?: (event: BeckonEvent) => void;
}

interface At {
  /** When, in ms since 1970 by the browser's clock. */
  at: number;
}

/** Every event by its type. */
export interface BeckonEvents {
  /** The media was read; the SDK is listening. */
  ready: At & { type: "ready"; media: Media };
  /** A cue came. `placeMs` is where it lies in the stream, `aheadMs` how far before the playhead's arrival it was found. */
  cue: At & {
    type: "cue";
    cue: Cue;
    via: "stream" | "sse";
    verdict: "taken" | "seen" | "expired" | "other_media" | "unknown_version" | "unknown_kind" | "malformed";
    placeMs: number | null;
    aheadMs: number | null;
  };
  /** The server is being asked. */
  asked: At & { type: "asked"; cueId: string | null; positionMs: number; backwardMs: number };
  /** It answered. */
  decided: At & { type: "decided"; cueId: string | null; decision: Decision; tookMs: number };
  /** An overlay is on the screen. `latenessMs` is the playhead's position at that moment minus `show_at_ms`. */
  painted: At & { type: "painted"; overlay: Overlay; positionMs: number; latenessMs: number };
  /** The viewer chose an answer; it is not sent yet. */
  answered: At & { type: "answered"; overlay: Overlay; answerId: string };
  /** The server took the answer and says how the question stands. */
  standing: At & { type: "standing"; overlay: Overlay; answerId: string; standing: Standing };
  /** The viewer followed the link, or copied the code. */
  clicked: At & { type: "clicked"; overlay: Overlay };
  /** An overlay has left the screen; `withdrawn` says that the service took it off, which is no act of the viewer's. */
  gone: At & { type: "gone"; overlay: Overlay; why: "expired" | "closed" | "seeked" | "withdrawn" | "detached" };
  /** An overlay was decided but not drawn. */
  skipped: At & { type: "skipped"; overlay: Overlay; why: "too_small" | "too_late" | "seen" | "withdrawn" | "holdout" };
  /** The server took events. */
  sent: At & { type: "sent"; items: EventOutcome[]; tookMs: number };
  /** Something failed; the picture plays on. */
  failed: At & { type: "failed"; what: "decide" | "send" | "signal"; error: BeckonError; willRetry: boolean };
}

/** Any event; `type` says which. */
export type BeckonEvent = BeckonEvents[keyof BeckonEvents];

/** Hears events of one type, or with `*` all of them. */
export type BeckonListener<T extends keyof BeckonEvents | "*"> = (event: T extends keyof BeckonEvents ? BeckonEvents[T] : BeckonEvent) => void;

/** An attached player. */
export interface Beckon {
  /** The media's id. */
  readonly media: string;
  /** The `<beckon-overlay>` element; its shadow root is open. */
  readonly element: HTMLElement;
  /** The position of the playhead; `null` before the SDK knows it. */
  positionMs(): number | null;
  /** Asks now, at the playhead, without a cue; does nothing before its position is known. */
  check(): Promise<void>;
  /** Listens; the function it returns ends that. */
  on<T extends keyof BeckonEvents | "*">(type: T, listener: BeckonListener<T>): () => void;
  /** The viewer has changed their mind. */
  setPersonalisation(allowed: boolean): void;
  /** Sends what is queued, takes the overlay off, and leaves nothing behind. */
  detach(): Promise<void>;
}
