/** Polls, quizzes and trivia: the answers, and how they stand once the viewer has answered. */
import { count, percent } from "../texts/texts.js";
import type { Answer } from "../wire.js";
import { icon } from "./icons.js";
import { make } from "./make.js";
import type { Acts, Ask, CardState, Manner } from "./model.js";
import { say } from "./parts.js";

/** Answers under this length stand in two columns. */
const SHORT = 14;

/** The answers as buttons; once one is chosen they are locked. */
export function answers(ask: Ask, state: CardState, acts: Acts, manner: Manner, columns?: number): HTMLElement {
  const layout = columns ?? (areShort(ask) && ask.answers.length % 2 === 0 ? 2 : 1);
  const rows = ask.answers.map((answer) => option(ask, answer, state, acts, manner));
  return make("div", { class: "bk-opts", "data-columns": String(layout) }, rows);
}

/** In a sheet of 180 px two rows of answers have room, each high enough for a thumb. */
export function sheetColumns(ask: Ask): number {
  return ask.answers.length > 4 || (ask.answers.length === 3 && areShort(ask)) ? 3 : 2;
}

function areShort({ answers: all }: Ask): boolean {
  return all.every(({ text }) => [...text].length < SHORT);
}

function option(ask: Ask, { answer_id, text }: Answer, state: CardState, acts: Acts, { locale }: Manner): HTMLElement {
  const locked = state.answerId !== undefined;
  const mine = state.answerId === answer_id;
  const right = state.standing?.correct_answer_id ?? undefined;
  const classes = ["bk-opt"];
  const children: Node[] = [];

  if (right !== undefined && state.phase === "results") {
    classes.push(answer_id === right ? "right" : mine ? "wrong" : "off");
    if (answer_id === right || mine) children.push(icon(answer_id === right ? "right" : "wrong"));
  } else if (mine) {
    classes.push("mine");
    if (state.phase === "answering") classes.push("busy");
  } else if (locked && !state.standing) {
    classes.push("off");
  }
  children.push(make("span", { text }));
  if (state.standing && ask.kind === "poll") {
    const share = shareOf(answer_id, state);
    const bar = make("i", { class: "bar" });
    bar.style.setProperty("--v", `${share * 100}%`);
    children.unshift(bar);
    children.push(make("span", { class: "pc", text: percent(share, locale) }));
  }
  const facts = { class: classes.join(" "), type: "button", "data-answer": answer_id, "data-key": `answer ${answer_id}` };
  const on = (): void => {
    if (!locked) acts.answer(answer_id);
  };
  // Locked, not disabled: a disabled button would throw the keyboard's focus off the card.
  return make("button", { ...facts, ...(locked ? { "aria-disabled": "true" } : {}), ...(mine ? { "aria-pressed": "true" } : {}), on }, children);
}

function shareOf(answerId: string, { standing }: CardState): number {
  const all = total(standing);
  const own = standing?.tallies.find(({ answer_id }) => answer_id === answerId)?.count ?? 0;
  return all > 0 ? own / all : 0;
}

function total(standing: CardState["standing"]): number {
  return (standing?.tallies ?? []).reduce((sum, { count: one }) => sum + one, 0);
}

/** What became of the answer, where there is something to say. */
export function outcome(ask: Ask, state: CardState, { texts }: Manner): HTMLElement | undefined {
  if (state.phase === "offline") return say("warn", "offline", texts.offline);
  if (state.phase === "error") return say("wrong", "error", texts.refused);
  const right = state.phase === "results" ? state.standing?.correct_answer_id : undefined;
  if (!right) return undefined;
  if (right === state.answerId) return say("right", "right", texts.right);
  return say("wrong", "wrong", texts.notQuite(ask.answers.find(({ answer_id }) => answer_id === right)?.text ?? ""));
}

/** The foot's words. */
export function footing(ask: Ask, state: CardState, { texts, locale }: Manner): string {
  if (state.phase === "answering") return texts.sending;
  const own = ask.answers.find(({ answer_id }) => answer_id === state.answerId)?.text ?? "";
  if (state.standing) {
    const number = count(total(state.standing), locale);
    // The own answer is outlined: in a narrow foot it need not be said again in words.
    return ask.kind === "poll" ? texts.votes(number) : texts.guesses(number);
  }
  if (state.answerId !== undefined) return texts.yours(own);
  return ask.kind === "poll" ? texts.oneVote : texts.oneGuess;
}
