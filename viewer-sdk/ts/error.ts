/** What goes wrong, as one typed error. */

/** Codes that the SDK itself gives; every other code is the server's own, as the contract lists them. */
export type SdkErrorCode = "bad_option" | "no_video" | "wasm_failed" | "not_loaded" | "unreachable" | "bad_answer" | "detached";

/** Why something failed: branch on `code`, show `message` to developers. */
export class BeckonError extends Error {
  /** The SDK's code, or the server's. */
  readonly code: SdkErrorCode | (string & {});
  /** The HTTP status, where the server answered. */
  readonly status: number | undefined;
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(code: SdkErrorCode | (string & {}), message: string, facts: { status?: number; retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = "BeckonError";
    this.code = code;
    this.status = facts.status;
    this.retryAfterMs = facts.retryAfterMs;
  }

  /** Trying again may help: the server was not reached, was busy, or failed. */
  get passing(): boolean {
    if (this.code === "unreachable") return true;
    return this.status !== undefined && (this.status >= 500 || this.status === 408 || this.status === 429);
  }
}
