/** Beckon's viewer SDK: everything that a host may import. */
export { attach } from "./attach.js";
export { BeckonError } from "./error.js";
export type { AttachOptions, Beckon, BeckonEvent, BeckonEvents, BeckonListener, HlsPlayer, WasmSource } from "./api.js";
export type { SdkErrorCode } from "./error.js";
export type { Cue, Decision, EventOutcome, Explanation, Media, Overlay, Reason, Standing } from "./wire.js";
