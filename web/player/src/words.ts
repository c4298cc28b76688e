/** The page's words: reasons, kinds and times as a person reads them. */
import type { Decision, Overlay, Reason } from "@beckon/viewer-sdk";

export type { Reason };
export type Kind = Overlay["kind"];

/** One sentence a reason, for one instrument or for several. */
export const LEFT_OUT: Record<Reason, string> = {
  nothing_on_screen: "No trigger is in the picture.",
  other_media: "Runs on other media only.",
  outside_schedule: "The schedule has not begun, or is over.",
  cannot_draw: "This player cannot draw that kind.",
  outside_audience: "This viewer is not in the audience.",
  no_consent: "The audience asks for a profile, and this viewer has not agreed to that.",
  frequency_capped: "This viewer has seen it as often as the cap allows.",
  quiet: "It is quiet for a while after the last overlay.",
  showing: "On screen already, or just taken off.",
  outranked: "Another went before.",
  held: "Nothing is shown on this media now.",
  not_live: "The host's choice is not live any more.",
  withdrawn: "The host took it back.",
  ad_break: "Does not run in the stream's ad breaks.",
  outside_daypart: "Does not run at this hour.",
  outside_media_clock: "Runs in another part of the media.",
  trigger_unmet: "The picture has only part of what it asks for.",
  rival_on_screen: "A rival is in the picture.",
  restricted_category: "Its category is restricted, and may not be shown here or to this viewer.",
  near_sensitive: "Its category stays away from what is in the picture.",
  category_opted_out: "This viewer has opted out of its category.",
  not_following: "Follows another overlay that this viewer has not met yet.",
  cooling_down: "Waits for a while after another overlay.",
  suppressed: "This viewer has acted on it already.",
  budget_spent: "Its campaign has reached its goal, or has no budget left.",
  paced: "Its campaign is ahead of its plan.",
  killed: "Was switched off.",
  separated: "Kept apart from a competitor, or from another of its category.",
  mixed: "Something of another kind is due first.",
  interrupted: "This viewer has been interrupted often enough.",
  holdout: "This viewer is held out, for comparison.",
  no_room: "No place in the picture is free for it.",
};

/** The same where it left nothing over at all. */
export const NOTHING: Record<Reason, string> = {
  nothing_on_screen: "Nothing in the picture triggers an instrument.",
  other_media: "What would fit runs on other media only.",
  outside_schedule: "What would fit is outside its schedule.",
  cannot_draw: "This player cannot draw what would fit.",
  outside_audience: "This viewer is in no audience of what would fit.",
  no_consent: "What would fit asks for a profile, and this viewer has not agreed to that.",
  frequency_capped: "This viewer has seen what would fit as often as the caps allow.",
  quiet: "It is quiet for a while after the last overlay.",
  showing: "What would fit is on screen already, or has just been.",
  outranked: "Something else went before it.",
  held: "Nothing is shown on this media now.",
  not_live: "What the host put to all is not live any more.",
  withdrawn: "What the host put to all was taken back.",
  ad_break: "The stream is in an ad break.",
  outside_daypart: "What would fit does not run at this hour.",
  outside_media_clock: "What would fit runs in another part of the media.",
  trigger_unmet: "The picture has only part of what is asked for.",
  rival_on_screen: "What would fit has a rival in the picture.",
  restricted_category: "What would fit is restricted, and may not be shown here or to this viewer.",
  near_sensitive: "What would fit stays away from what is in the picture.",
  category_opted_out: "This viewer has opted out of what would fit.",
  not_following: "What would fit follows another overlay that this viewer has not met yet.",
  cooling_down: "What would fit waits for a while after another overlay.",
  suppressed: "This viewer has acted on what would fit already.",
  budget_spent: "The campaigns of what would fit have reached their goals, or have no budget left.",
  paced: "The campaigns of what would fit are ahead of their plans.",
  killed: "What would fit was switched off.",
  separated: "What would fit is kept apart from a competitor, or from another of its category.",
  mixed: "Something of another kind is due first.",
  interrupted: "This viewer has been interrupted often enough.",
  holdout: "This viewer is held out, for comparison.",
  no_room: "No place in the picture is free for what would fit.",
};

/** Why a decision is empty, in one sentence: the reason that left out the most. */
export function whyNothing(reasons: Decision["reasons"]): string {
  const most = [...reasons].sort((a, b) => b.count - a.count)[0];
  return most ? NOTHING[most.reason] ?? `Nothing fits now (${most.reason}).` : "No instrument is live.";
}

/** The sentence for a reason; an unknown one, from a newer server, keeps its code. */
export function leftOut(reason: Reason): string {
  return LEFT_OUT[reason] ?? `The server says: ${reason as string}.`;
}

export const KIND: Record<Kind, string> = {
  ad: "Ad",
  promotion: "Promotion",
  poll: "Poll",
  quiz: "Quiz",
  trivia: "Trivia",
  product: "Product",
  upsell: "Offer",
};

/** A media position as people say it: 41:07, 1:02:09. */
export function place(positionMs: number): string {
  const seconds = Math.floor(Math.max(0, positionMs) / 1000);
  const two = (n: number): string => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A rate of 0..1 in percent; one decimal under ten, where it counts. */
export function percent(rate: number): string {
  const value = rate * 100;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

/** A span in milliseconds, as fine as it is worth. */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 9_950) return `${Math.round(ms / 1000)} s`;
  if (size >= 995) return `${(ms / 1000).toFixed(1)} s`;
  return size >= 9.95 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

/** The time of day, with its zone left to who needs it. */
export function clock(epochMs: number): string {
  return new Date(epochMs).toLocaleTimeString("en-GB");
}

/** A count with its thousands set apart. */
export function count(n: number): string {
  return n.toLocaleString("en-GB");
}

/** The first signs of an id, enough to tell two apart. */
export function brief(id: string): string {
  const digest = id.replace(/^[a-z0-9]+[:-](?=[0-9a-f]{12})/, "");
  return digest.length > 12 ? digest.slice(0, 10) : digest;
}
