/** "Why this?": the reasons, in sentences, and nothing that is not so. */
import { clock } from "../texts/texts.js";
import { make } from "./make.js";
import { payer, type Manner, type Subject } from "./model.js";

/** How many of the names that were seen are said. */
const SEEN = 2;

export function reasons({ overlay, explanation, personalised }: Subject, { texts }: Manner): string[] {
  const seen = (explanation?.seen ?? []).slice(0, SEEN).map(({ name, position_ms }) => texts.seen(name, clock(position_ms)));
  const said = seen.length > 0 ? seen : [texts.chosenForMoment];
  const paying = payer(overlay.content);
  if (paying !== undefined) said.push(texts.paidBy(paying));
  said.push(personalised === false ? texts.notPersonal : texts.personal);
  return said;
}

export function whyBody(subject: Subject, manner: Manner): HTMLElement {
  return make("ul", { class: "bk-whys" }, reasons(subject, manner).map((text) => make("li", { text })));
}
