/** The audience panel: asks every two seconds, and keeps the last good numbers while the server is away. */
import { readAudience, Refusal, type Audience } from "../demo.js";
import { byId, say } from "../dom.js";
import { clearNotice, notice } from "../notices.js";
import { clock } from "../words.js";
import { Curve } from "./curve.js";
import { csv, headline, spoken, verdict, who } from "./sentences.js";

const EVERY_MS = 2000;

export function startAudience(): void {
  const curve = new Curve(byId("curve"));
  const link = byId<HTMLAnchorElement>("audience-csv");
  let readAt: number | null = null;
  let missed = 0;

  const show = (audience: Audience): void => {
    say(byId("audience-who"), who(audience));
    say(byId("audience-headline"), headline(audience));
    say(byId("audience-verdict"), verdict(audience));
    say(byId("audience-sentence"), spoken(audience));
    byId("curve").setAttribute("aria-label", spoken(audience));
    curve.show(audience);
    link.hidden = audience.points.length === 0;
    if (link.href) URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([csv(audience)], { type: "text/csv" }));
  };

  const ask = async (): Promise<void> => {
    try {
      show(await readAudience());
      readAt = Date.now();
      missed = 0;
      clearNotice("server");
    } catch (error) {
      missed += 1;
      // One miss is a hiccup; two in a row are worth a word.
      if (missed === 2) away(error, readAt, () => void ask());
    }
  };

  const round = async (): Promise<void> => {
    if (!document.hidden) await ask();
    setTimeout(() => void round(), EVERY_MS);
  };
  void round();
}

function away(error: unknown, readAt: number | null, again: () => void): void {
  const code = error instanceof Refusal ? error.code : "unknown";
  const since = readAt === null ? "No numbers have been read yet." : `The numbers are from ${clock(readAt)}.`;
  const gone = code === "unreachable";
  notice("server", {
    tone: "bad",
    title: gone ? "The server does not answer." : "The audience’s numbers could not be read.",
    text: gone ? `${since} The page goes on by itself when it is back.` : `${since} Overlays go on running.`,
    code,
    action: { label: "Try again", run: again },
  });
}
