/** The stage: follows the playhead, draws what is due, takes off what is over, and notes what the viewer does. */
import type { Adapter } from "./adapters/adapter.js";
import type { Plans } from "./asker.js";
import type { Beacons, Fate } from "./beacons.js";
import { viewWatch, type Core, type ViewWatch } from "./core.js";
import type { Card } from "./draw/card.js";
import type { BeckonOverlay } from "./draw/element.js";
import { KINDS, type Acts } from "./draw/model.js";
import { NARROWEST } from "./draw/place.js";
import type { Inspector } from "./inspect.js";
import type { Decision, InstrumentKind, Overlay } from "./wire.js";

/** How often the playhead is looked at while nothing is near. */
const IDLE_MS = 250;
/** How much "Need more time" gives. */
const MORE_MS = 20_000;

interface Planned {
  key: number;
  overlay: Overlay;
  decision: Decision;
  personalised: boolean | undefined;
  painted: boolean;
}

interface Shown extends Planned {
  card: Card;
  watch: ViewWatch;
}

export class Stage implements Plans {
  readonly #planned = new Map<number, Planned>();
  #shown: Shown | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(
    private readonly core: Core,
    private readonly adapter: Adapter,
    private readonly element: BeckonOverlay,
    private readonly beacons: Beacons,
    private readonly inspector: Inspector,
    private readonly onCheckDue: () => void,
  ) {
    for (const type of ["seeking", "seeked", "playing", "ratechange"]) adapter.video.addEventListener(type, this.#turn);
    this.#turn();
  }

  positionMs(): number | null {
    const { mediaTimeMs, dateMs, recording } = this.adapter.playhead();
    if (dateMs !== undefined) this.core.see_date(dateMs, mediaTimeMs);
    else if (recording) this.core.see_recording();
    return this.core.position_at(mediaTimeMs) ?? null;
  }

  size(): { width: number; height: number } {
    return this.element.pictureSize();
  }

  captions(): boolean {
    return this.element.captionsShow();
  }

  canDraw(): InstrumentKind[] {
    return this.size().width < NARROWEST ? [] : [...KINDS];
  }

  plan(overlay: Overlay, decision: Decision, personalised: boolean | undefined, put: boolean): void {
    const { decision_id } = decision;
    const { instrument_id, show_at_ms, hide_at_ms, receipt } = overlay;
    const key = this.core.plan(decision_id, instrument_id, show_at_ms, hide_at_ms, put, this.positionMs() ?? undefined);
    if (key === undefined || key === 0) {
      this.inspector.tell({ type: "skipped", overlay, why: key === 0 ? "seen" : "too_late" });
      return;
    }
    this.core.remember_receipt(receipt);
    this.#planned.set(key, { key, overlay, decision, personalised, painted: false });
    this.#turn();
  }

  withdraw(instrumentIds: string[] | undefined): void {
    for (const planned of [...this.#planned.values()]) {
      if (instrumentIds && !instrumentIds.includes(planned.overlay.instrument_id)) continue;
      this.core.remove(planned.key);
      if (this.#shown?.key === planned.key) {
        this.#planned.delete(planned.key);
        this.#takeOff("withdrawn");
      } else this.#skip(planned, "withdrawn");
    }
    this.#turn();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    for (const type of ["seeking", "seeked", "playing", "ratechange"]) this.adapter.video.removeEventListener(type, this.#turn);
    this.#takeOff("detached");
  }

  readonly #turn = (): void => {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    const positionMs = this.positionMs();
    let pause = IDLE_MS;
    if (positionMs !== null) {
      for (let due = this.core.next_change(positionMs); due; due = this.core.next_change(positionMs)) {
        const { key, what } = due;
        due.free();
        this.#change(key, what);
      }
      if (this.core.check_is_due(positionMs)) this.onCheckDue();
      this.#follow(positionMs);
      const next = this.core.next_change_in_ms(positionMs) ?? IDLE_MS;
      pause = Math.min(IDLE_MS, next / Math.max(this.adapter.video.playbackRate, 0.1));
    }
    // A few ms at least: at a standstill just before a change the playhead must not spin.
    this.#timer = setTimeout(this.#turn, Math.max(pause, 8));
  };

  #change(key: number, what: "show" | "expire" | "withhold" | "miss"): void {
    const planned = this.#planned.get(key);
    if (!planned) return;
    if (what === "show") this.#show(planned);
    if (what === "expire" && this.#shown?.key === key) this.#takeOff("expired");
    if (what === "withhold") this.#takeOff("seeked");
    if (what === "miss") this.#skip(planned, "too_late");
    if (what === "expire") this.#planned.delete(key);
  }

  #show(planned: Planned): void {
    const { overlay, decision, personalised } = planned;
    // Its turn has come: that is told, and nothing is drawn, so that the others can be compared with this viewer.
    if (decision.mode === "holdout") {
      this.beacons.record(overlay, "impression");
      planned.painted = true;
      this.core.remove(planned.key);
      this.#skip(planned, "holdout");
      return;
    }
    const tries = decision.mode === "test";
    const card = this.element.open({ overlay, explanation: decision.explanation ?? undefined, personalised, tries }, this.#acts(planned));
    if (!card) {
      this.core.remove(planned.key);
      this.#skip(planned, "too_small");
      return;
    }
    this.#shown = { ...planned, card, watch: viewWatch() };
    afterPaint(() => {
      if (this.#ended || this.#shown?.card !== card) return;
      const positionMs = this.positionMs();
      if (positionMs === null) return;
      this.inspector.tell({ type: "painted", overlay, positionMs, latenessMs: positionMs - overlay.show_at_ms });
      if (!planned.painted) {
        this.beacons.record(overlay, "impression");
        this.#count(overlay, overlay.kind);
      }
      planned.painted = true;
    });
  }

  #skip(planned: Planned, why: "too_small" | "too_late" | "withdrawn" | "holdout"): void {
    this.#planned.delete(planned.key);
    if (!planned.painted) this.core.forget_receipt(planned.overlay.receipt);
    this.inspector.tell({ type: "skipped", overlay: planned.overlay, why });
  }

  #takeOff(why: "expired" | "closed" | "seeked" | "withdrawn" | "detached"): void {
    const shown = this.#shown;
    if (!shown) return;
    this.#shown = undefined;
    shown.watch.free();
    this.element.close();
    this.inspector.tell({ type: "gone", overlay: shown.overlay, why });
  }

  #follow(positionMs: number): void {
    const shown = this.#shown;
    const hideAtMs = shown && this.core.hide_at_ms(shown.key);
    if (!shown || hideAtMs === undefined) return;
    shown.card.tick(hideAtMs - positionMs, shown.overlay.hide_at_ms - shown.overlay.show_at_ms);
    const pageShows = document.visibilityState === "visible";
    if (shown.watch.observe(shown.card.shareInView(), pageShows, performance.now())) this.beacons.record(shown.overlay, "viewable");
  }

  #acts(planned: Planned): Acts {
    const { key, overlay } = planned;
    return {
      answer: (answerId) => {
        this.inspector.tell({ type: "answered", overlay, answerId });
        this.#count(overlay, "answer");
        this.beacons.record(overlay, "answer", answerId, this.#fateOf(key, overlay, answerId));
      },
      click: () => {
        this.inspector.tell({ type: "clicked", overlay });
        this.#count(overlay, "click");
        this.beacons.record(overlay, "click");
      },
      close: () => {
        this.core.remove(key);
        this.#planned.delete(key);
        this.beacons.record(overlay, "dismiss");
        this.#takeOff("closed");
      },
      more: () => {
        this.core.extend(key, MORE_MS);
        this.#turn();
      },
    };
  }

  /** For the device's own caps, where nobody else may count. */
  #count(overlay: Overlay, what: InstrumentKind | "answer" | "click"): void {
    this.core.count(overlay.instrument_id, what, overlay.hide_at_ms - overlay.show_at_ms, performance.now());
  }

  #fateOf(key: number, overlay: Overlay, answerId: string): Fate {
    const card = (): Card | undefined => (this.#shown?.key === key ? this.#shown.card : undefined);
    return {
      settled: ({ status, standing }) => {
        if (status === "refused") return card()?.refuse();
        if (!standing) return card()?.keep();
        this.inspector.tell({ type: "standing", overlay, answerId, standing });
        card()?.stand(standing);
      },
      delayed: () => card()?.offline(),
    };
  }
}

/** After the frame that draws it: the task behind the next animation frame. */
function afterPaint(act: () => void): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = act;
    port2.postMessage(undefined);
  });
}
