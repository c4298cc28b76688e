/** What the viewer did, on its way to the server: the core keeps the order and the pauses, this file the requests. */
import type { Core } from "./core.js";
import { BeckonError } from "./error.js";
import type { Inspector } from "./inspect.js";
import type { Transport } from "./transport.js";
import type { Event, EventOutcome, EventType, Overlay } from "./wire.js";

/** Hears what became of one event. */
export interface Fate {
  /** The server has answered for it. */
  settled?(outcome: EventOutcome): void;
  /** It could not be sent yet and is kept. */
  delayed?(): void;
}

export class Beacons {
  readonly #core: Core;
  readonly #transport: Transport;
  readonly #inspector: Inspector;
  readonly #fates = new Map<string, Fate>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(core: Core, transport: Transport, inspector: Inspector) {
    this.#core = core;
    this.#transport = transport;
    this.#inspector = inspector;
    globalThis.addEventListener("online", this.#hurry);
    globalThis.addEventListener("pagehide", this.#leave);
  }

  record(overlay: Overlay, type: EventType, answer?: string, fate?: Fate): void {
    const event: Event = { event_id: uuid(), type, at: new Date().toISOString(), receipt: overlay.receipt };
    if (answer !== undefined) event.answer = answer;
    if (!this.#core.queue_event(event.event_id, JSON.stringify(event), Date.now())) return;
    if (fate) this.#fates.set(event.event_id, fate);
    void this.#pump();
  }

  /** Sends what is left, and listens no more. */
  async end(): Promise<void> {
    globalThis.removeEventListener("online", this.#hurry);
    globalThis.removeEventListener("pagehide", this.#leave);
    clearTimeout(this.#timer);
    this.#ended = true;
    for (let batch = this.#core.farewell_batch(); batch; batch = this.#core.farewell_batch()) {
      const { bodies } = batch;
      await this.#transport.send(bodies).catch(() => this.#transport.beacon(bodies));
    }
  }

  async #pump(): Promise<void> {
    clearTimeout(this.#timer);
    for (let batch = this.#core.next_batch(Date.now()); batch; batch = this.#core.next_batch(Date.now())) {
      const { ids, bodies } = batch;
      const started = performance.now();
      try {
        const { items } = await this.#transport.send(bodies);
        if (this.#ended) return;
        this.#core.settle_batch();
        this.#inspector.tell({ type: "sent", items, tookMs: performance.now() - started });
        for (const outcome of items) this.#fates.get(outcome.event_id)?.settled?.(outcome);
        for (const id of ids) this.#fates.delete(id);
      } catch (cause) {
        if (this.#ended) return;
        this.#failed(ids, cause instanceof BeckonError ? cause : new BeckonError("bad_answer", String(cause), { cause }));
      }
    }
    const pause = this.#core.next_batch_in_ms(Date.now());
    if (pause !== undefined && !this.#ended) this.#timer = setTimeout(() => void this.#pump(), Math.max(pause, 50));
  }

  #failed(ids: string[], error: BeckonError): void {
    this.#inspector.tell({ type: "failed", what: "send", error, willRetry: error.passing });
    if (error.passing) {
      this.#core.fail_batch(Date.now(), Math.random(), error.retryAfterMs);
      for (const id of ids) this.#fates.get(id)?.delayed?.();
      return;
    }
    // The whole batch was refused: the same bytes would be refused again.
    this.#core.settle_batch();
    for (const id of ids) {
      this.#fates.get(id)?.settled?.({ event_id: id, status: "refused", detail: error.message });
      this.#fates.delete(id);
    }
  }

  readonly #hurry = (): void => {
    this.#core.hurry_events();
    void this.#pump();
  };

  readonly #leave = (): void => {
    for (let batch = this.#core.farewell_batch(); batch; batch = this.#core.farewell_batch()) {
      this.#transport.beacon(batch.bodies);
    }
  };
}

/** `crypto.randomUUID` exists only on secure pages; test set-ups are not always. */
function uuid(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
