/** Every request of the SDK: questions with the viewer's token, events without one. */
import { BeckonError } from "./error.js";
import type { Decision, DecisionRequest, EventReport, Media, Problem } from "./wire.js";

/** A decision that takes longer than this comes too late for its moment. */
const DECIDE_MS = 8_000;
const OTHER_MS = 15_000;
/** The `Date` header counts whole seconds; only a clock that is further off is corrected. */
const CLOCK_GRAIN_MS = 5_000;

export class Transport {
  readonly #base: string;
  readonly #mediaId: string;
  readonly #giveToken: () => string | Promise<string>;
  readonly #fetch: typeof fetch;
  readonly #end = new AbortController();
  #token: Promise<string> | undefined;

  constructor(api: string, mediaId: string, token: () => string | Promise<string>, fetcher: typeof fetch = (...args) => fetch(...args)) {
    this.#base = api.replace(/\/+$/, "");
    this.#mediaId = mediaId;
    this.#giveToken = token;
    this.#fetch = fetcher;
  }

  /** The media, and how far the browser's clock is behind the server's. */
  async media(): Promise<{ media: Media; clockMs: number }> {
    const asked = Date.now();
    const response = await this.#withToken(this.#url(), { method: "GET" }, OTHER_MS);
    const media = await answer<Media>(response);
    const date = Date.parse(response.headers.get("date") ?? "");
    const off = date - (asked + Date.now()) / 2;
    return { media, clockMs: Math.abs(off) > CLOCK_GRAIN_MS ? off : 0 };
  }

  /**
   * Makes the browser ask for permission to question another origin now, so that it need not at a cue: a
   * question for a client that can draw nothing. Browsers remember the permission by URL and method.
   */
  async warm(): Promise<void> {
    const elsewhere = new URL(this.#url(), globalThis.location?.href).origin !== globalThis.location?.origin;
    if (elsewhere) await this.decide({ position_ms: 0, client: { can_draw: [] } }).catch(() => undefined);
  }

  async decide(request: DecisionRequest): Promise<Decision> {
    const body = JSON.stringify(request);
    const headers = { "content-type": "application/json" };
    return answer<Decision>(await this.#withToken(this.#url("/decisions"), { method: "POST", body, headers }, DECIDE_MS));
  }

  /** Sends events. As text, without a token: that needs no permission from another origin. */
  async send(bodies: string[]): Promise<EventReport> {
    const init = { method: "POST", body: envelope(bodies), headers: { "content-type": "text/plain;charset=UTF-8" }, keepalive: true };
    return answer<EventReport>(await this.#request(`${this.#base}/v1/events`, init, OTHER_MS));
  }

  /** Hands events to the browser to send after the page is gone; false where it will not. */
  beacon(bodies: string[]): boolean {
    return globalThis.navigator?.sendBeacon?.(`${this.#base}/v1/events`, envelope(bodies)) ?? false;
  }

  /** Opens the stream of cues; its body never ends by itself. */
  async cues(): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#withToken(this.#url("/cues/stream"), { method: "GET", headers: { accept: "text/event-stream" } });
    if (!response.ok) throw await refusal(response);
    if (!response.body) throw new BeckonError("bad_answer", "The stream of cues has no body", { status: response.status });
    return response.body;
  }

  /** Ends every request that is on its way, except events. */
  end(): void {
    this.#end.abort();
  }

  #url(path = ""): string {
    return `${this.#base}/v1/media/${encodeURIComponent(this.#mediaId)}${path}`;
  }

  async #withToken(url: string, init: RequestInit, timeoutMs?: number): Promise<Response> {
    const once = async (): Promise<Response> => {
      const authorization = `Bearer ${await this.#currentToken()}`;
      return this.#request(url, { ...init, headers: { ...init.headers, authorization } }, timeoutMs, this.#end.signal);
    };
    const used = this.#token;
    const response = await once();
    if (response.status !== 401) return response;
    // Several questions may be refused at once: only the first of them throws the old token away.
    if (this.#token === used || used === undefined) this.#token = undefined;
    return once();
  }

  #currentToken(): Promise<string> {
    const asked = (this.#token ??= Promise.resolve().then(() => this.#giveToken()));
    asked.catch(() => {
      if (this.#token === asked) this.#token = undefined;
    });
    return asked;
  }

  async #request(url: string, init: RequestInit, timeoutMs?: number, end?: AbortSignal): Promise<Response> {
    const signals = [end, timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)].filter((signal) => signal !== undefined);
    try {
      return await this.#fetch(url, { ...init, credentials: "omit", cache: "no-store", signal: either(signals) });
    } catch (cause) {
      if (end?.aborted) throw new BeckonError("detached", "The player was detached", { cause });
      throw new BeckonError("unreachable", `${url} could not be reached`, { cause });
    }
  }
}

/** `AbortSignal.any`, for browsers that do not have it yet. */
function either(signals: AbortSignal[]): AbortSignal {
  const ended = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) ended.abort(signal.reason);
    signal.addEventListener("abort", () => ended.abort(signal.reason), { once: true });
  }
  return ended.signal;
}

/** When it is sent stands first: with it a clock that is wrong does no harm. */
function envelope(bodies: string[]): string {
  return `{"sent_at":"${new Date().toISOString()}","items":[${bodies.join(",")}]}`;
}

async function answer<T>(response: Response): Promise<T> {
  if (!response.ok) throw await refusal(response);
  try {
    return (await response.json()) as T;
  } catch (cause) {
    throw new BeckonError("bad_answer", "The answer is not JSON", { status: response.status, cause });
  }
}

async function refusal(response: Response): Promise<BeckonError> {
  const { status } = response;
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const facts = { status, ...(seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {}) };
  try {
    const problem = (await response.json()) as Partial<Problem>;
    if (typeof problem.code === "string") return new BeckonError(problem.code, problem.detail ?? problem.title ?? problem.code, facts);
  } catch {
    // A proxy in between may answer in HTML: the status is all there is to say.
  }
  return new BeckonError("bad_answer", `The server answered ${status}`, facts);
}
