/** What the panel under a picture has to tell: folded from the SDK's events, without a page. */
import type { BeckonEvent, Decision, Overlay } from "@beckon/viewer-sdk";
import { place, whyNothing } from "../words.js";

export type Explanation = NonNullable<Decision["explanation"]>;

export interface Story {
  /** The decision that the panel explains. */
  told: Decision | null;
  /** The last ones that chose something: a host's show may be painted while another waits for its turn. */
  chosen: readonly Decision[];
  /** How the overlay stands. */
  state: { tone: "wait" | "on" | "gone" | "bad"; text: string } | null;
  /** An overlay is on screen or about to be: later empty decisions do not replace its story. */
  busy: boolean;
}

export const BEGINNING: Story = { told: null, chosen: [], state: null, busy: false };

/** More than wait for their turn at once. */
const CHOSEN_KEPT = 4;

/** What the viewer reads on an overlay. */
export function title(overlay: Overlay): string {
  return "question" in overlay.content ? overlay.content.question : overlay.content.title;
}

function answerText(overlay: Overlay, answerId: string): string {
  const answers = "answers" in overlay.content ? overlay.content.answers : [];
  return answers.find((answer) => answer.answer_id === answerId)?.text ?? answerId;
}

const GONE: Record<string, string> = {
  expired: "Gone: its time was over.",
  closed: "Gone: the viewer closed it.",
  seeked: "Gone: the viewer went to another place in the stream.",
  withdrawn: "Gone: the host took it off.",
  detached: "Gone: the SDK was detached.",
};

const SKIPPED: Record<string, string> = {
  too_small: "Not drawn: the picture is too small for it.",
  holdout: "Not drawn: this viewer is held out, so that the others can be compared with it.",
  too_late: "Not drawn: its time was over before it could be.",
  withdrawn: "Not drawn: the host took it back first.",
  seen: "Not drawn: this device has shown it already.",
};

/** The story after one more event. */
export function next(story: Story, event: BeckonEvent): Story {
  switch (event.type) {
    case "decided":
      return decided(story, event.decision);
    case "painted":
      return { ...story, told: decisionOf(story, event.overlay), busy: true, state: { tone: "on", text: `On screen from ${place(event.overlay.show_at_ms)} to ${place(event.overlay.hide_at_ms)}.` } };
    case "answered":
      return { ...story, state: { tone: "on", text: `Answered “${answerText(event.overlay, event.answerId)}”. On screen to ${place(event.overlay.hide_at_ms)}.` } };
    case "standing": {
      const total = event.standing.tallies.reduce((sum, tally) => sum + tally.count, 0);
      const text = `Answered “${answerText(event.overlay, event.answerId)}”, stored; ${total} ${total === 1 ? "answer" : "answers"} so far.`;
      return { ...story, state: { tone: "on", text } };
    }
    case "gone":
      return { ...story, busy: false, state: { tone: "gone", text: GONE[event.why] ?? "Gone." } };
    case "skipped":
      return { ...story, busy: false, state: { tone: "gone", text: SKIPPED[event.why] ?? "Not drawn." } };
    case "failed": {
      if (event.what !== "decide") return story;
      const then = event.willRetry ? " It is asked again." : " The next cue asks again.";
      return { ...story, state: { tone: "bad", text: `No decision: ${sentence(event.error.message)}${then}` } };
    }
    default:
      return story;
  }
}

function decided(story: Story, decision: Decision): Story {
  const overlay = decision.overlays[0];
  const chosen = overlay ? [...story.chosen, decision].slice(-CHOSEN_KEPT) : story.chosen;
  if (overlay) return { told: decision, chosen, busy: true, state: { tone: "wait", text: `Waits for its turn at ${place(overlay.show_at_ms)}.` } };
  if (story.busy) return story;
  return { told: decision, chosen, busy: false, state: { tone: "gone", text: `No overlay at ${place(decision.position_ms)}. ${whyNothing(decision.reasons)}` } };
}

/** The decision that an overlay came of. */
function decisionOf(story: Story, overlay: Overlay): Decision | null {
  return story.chosen.find((decision) => decision.overlays.some((one) => one.receipt === overlay.receipt)) ?? story.told;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
