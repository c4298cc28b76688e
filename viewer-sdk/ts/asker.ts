/** From a cue to the overlays on the schedule: hears, waits its share of the spread, asks, plans. */
import type { Adapter, FoundText } from "./adapters/adapter.js";
import type { Consent } from "./consent.js";
import { version, type Core } from "./core.js";
import { fieldsOf, readCue } from "./cue.js";
import { BeckonError } from "./error.js";
import type { Inspector } from "./inspect.js";
import type { Transport } from "./transport.js";
import type { Cue, Decision, DecisionRequest, InstrumentKind, Overlay, Told } from "./wire.js";

/** One more try, a little later: a second one would come after the moment. */
const RETRY_MS = 700;

/** What is not read by then is left out of the answer; the way there and back comes on top. */
const ANSWER_MS = 4_000;

/** Where an overlay goes that was decided for this viewer. */
export interface Plans {
  positionMs(): number | null;
  /** What can be drawn at the picture's present size. */
  canDraw(): InstrumentKind[];
  size(): { width: number; height: number };
  /** Captions or controls show on the picture. */
  captions(): boolean;
  plan(overlay: Overlay, decision: Decision, personalised: boolean | undefined, put: boolean): void;
  /** Takes these instruments, or everything, off and out of what waits. */
  withdraw(instrumentIds: string[] | undefined): void;
}

/** What the host set once. */
export interface Settings {
  explain: boolean;
  anonymous: boolean;
  locale: string;
  clockMs: number;
}

export class Asker {
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #ended = false;
  /** The session: from here on until it is detached. */
  readonly #began = performance.now();
  /** What was taken back, for questions that are under way. */
  readonly #withdrawn: (string[] | undefined)[] = [];

  constructor(
    private readonly core: Core,
    private readonly adapter: Adapter,
    private readonly transport: Transport,
    private readonly consent: Consent,
    private readonly inspector: Inspector,
    private readonly plans: Plans,
    private readonly settings: Settings,
  ) {}

  /** A text was found in the stream, or beside it. */
  hear(via: "stream" | "sse", found: FoundText | string): void {
    const cue = readCue(typeof found === "string" ? found : found.text);
    if (!cue || this.#ended) return;
    const playheadMs = this.plans.positionMs();
    const fields = fieldsOf(cue);
    const now = Date.now() + this.settings.clockMs;
    const heard =
      typeof found === "string"
        ? this.core.hear_beside(fields, this.adapter.playhead().mediaTimeMs, now, Math.random())
        : this.core.hear_in_stream(fields, found.mediaTimeMs, found.dateMs, now, Math.random());
    fields.free();
    const { verdict, wait_ms: waitMs } = heard;
    const placeMs = heard.place_ms ?? null;
    heard.free();
    const aheadMs = placeMs === null || playheadMs === null ? null : placeMs - playheadMs;
    this.inspector.tell({ type: "cue", cue, via, verdict, placeMs, aheadMs });
    if (verdict !== "taken") return;
    if (cue.kind === "withdraw") {
      const { instrument_id: one, instrument_ids: several } = cue;
      const ids = several ?? (one ? [one] : undefined);
      this.#withdrawn.push(ids);
      this.plans.withdraw(ids);
    } else this.#later(waitMs, () => void this.ask(cue, cue.show_at_ms ?? placeMs));
  }

  /** Asks because of a cue, or without one at the playhead. */
  async ask(cue: Cue | null, placeMs: number | null): Promise<void> {
    const playheadMs = this.plans.positionMs();
    // Without a cue the playhead is the moment to ask about; before it is known there is none.
    if (!cue && playheadMs === null) return;
    const window = this.core.question(placeMs ?? undefined, cue?.seen_ms ?? playheadMs ?? 0, playheadMs ?? undefined);
    const { position_ms, backward_ms } = window;
    window.free();
    const cueId = cue?.cue_id ?? null;
    const request = this.#request(position_ms, backward_ms, cueId);
    this.inspector.tell({ type: "asked", cueId, positionMs: position_ms, backwardMs: backward_ms });
    const started = performance.now();
    const before = this.#withdrawn.length;
    const decision = await this.#decide(request, true);
    if (!decision || this.#ended) return;
    this.inspector.tell({ type: "decided", cueId, decision, tookMs: performance.now() - started });
    this.core.plan_check(decision.next_check_ms ?? undefined);
    const put = cue?.kind === "show";
    for (const overlay of [...decision.overlays, ...(decision.held_out ?? [])]) {
      const { instrument_id } = overlay;
      // A node that has not heard of the show yet would give everybody their own.
      if (put && instrument_id !== cue.instrument_id) continue;
      const off = this.#withdrawn.slice(before).some((ids) => ids?.includes(instrument_id) ?? true);
      if (off) this.inspector.tell({ type: "skipped", overlay, why: "withdrawn" });
      else this.plans.plan(overlay, decision, request.personalisation ?? undefined, put);
    }
  }

  end(): void {
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #request(position_ms: number, backward_ms: number, cueId: string | null): DecisionRequest {
    const { width, height } = this.plans.size();
    const request: DecisionRequest = {
      position_ms,
      backward_ms,
      slots: 1,
      timeout_ms: ANSWER_MS,
      client: {
        locale: this.settings.locale,
        viewport_width: Math.round(width),
        viewport_height: Math.round(height),
        sdk_version: version(),
        can_draw: this.plans.canDraw(),
        captions: this.plans.captions(),
      },
      session_ms: Math.round(performance.now() - this.#began),
    };
    if (this.settings.anonymous) {
      request.anonymous = true;
      request.shown = JSON.parse(this.core.counted(performance.now())) as Told[];
    } else request.recent = this.core.recent_receipts();
    if (cueId !== null) request.cue_id = cueId;
    if (this.settings.explain) request.explain = true;
    const personalisation = this.consent.personalisation();
    if (personalisation !== undefined) request.personalisation = personalisation;
    return request;
  }

  async #decide(request: DecisionRequest, mayRetry: boolean): Promise<Decision | undefined> {
    try {
      return await this.transport.decide(request);
    } catch (cause) {
      const error = cause instanceof BeckonError ? cause : new BeckonError("bad_answer", String(cause), { cause });
      if (this.#ended) return undefined;
      const willRetry = mayRetry && error.passing;
      this.inspector.tell({ type: "failed", what: "decide", error, willRetry });
      if (!willRetry) return undefined;
      await new Promise<void>((resolve) => this.#later(RETRY_MS * (0.5 + Math.random()), resolve));
      return this.#decide(request, false);
    }
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}
