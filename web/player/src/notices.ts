/** What must be said about the whole page: one note a subject, and short toasts. */
import { byId, el } from "./dom.js";
import { icon } from "./icons.js";

export interface Notice {
  tone: "bad" | "warn";
  title: string;
  text: string;
  code?: string;
  action?: { label: string; run: () => void };
}

const shown = new Map<string, HTMLElement>();

/** Puts up a note, or replaces the one of the same subject. */
export function notice(subject: string, { tone, title, text, code, action }: Notice): void {
  const button = action && el("button", { type: "button", class: "btn sm" }, action.label);
  button?.addEventListener("click", () => action?.run());
  const note = el(
    "div",
    { class: `note ${tone}` },
    icon("warning"),
    el("div", {}, el("b", {}, title), ` ${text}`, code && el("code", {}, code)),
    button,
  );
  const before = shown.get(subject);
  if (before) before.replaceWith(note);
  else byId("notices").append(note);
  shown.set(subject, note);
}

export function clearNotice(subject: string): void {
  shown.get(subject)?.remove();
  shown.delete(subject);
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Says one thing for a few seconds. */
export function toast(text: string, good = true): void {
  const target = byId("toast");
  target.replaceChildren(icon(good ? "check" : "warning"), text);
  target.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (target.hidden = true), 6000);
}
