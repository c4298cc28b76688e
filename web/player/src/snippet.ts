/** The embed snippet with its copy button, and what the SDK was measured to weigh and to take. */
import type { DemoConfig } from "./demo.js";
import { byId, el } from "./dom.js";
import { toast } from "./notices.js";
import { p95 } from "./percentile.js";
import { SAID, type Said } from "./viewer/column.js";
import { span } from "./words.js";

/** Bytes of the SDK's script and wasm, gzipped; counted when the page is built. */
declare const SDK_GZIP_BYTES: number;
const KEPT = 100;

function code(config: DemoConfig): string {
  return `import { attach } from "@beckon/viewer-sdk";
const beckon = await attach(player, {
  api: "${location.origin}", media: "${config.media_id}",
  token: () => fetchToken(),
});`;
}

/** Splits the code at its words and strings, for the two colours that it needs. */
function coloured(text: string): Node[] {
  return text.split(/(\bimport\b|\bfrom\b|\bconst\b|\bawait\b|"[^"]*")/).map((part) => {
    if (part.startsWith('"')) return el("span", { class: "st" }, part);
    return /^(import|from|const|await)$/.test(part) ? el("span", { class: "kw" }, part) : document.createTextNode(part);
  });
}

export function startSnippet(config: DemoConfig): void {
  const text = code(config);
  byId("code").replaceChildren(...coloured(text));
  byId("copy").addEventListener("click", () => {
    navigator.clipboard
      .writeText(text)
      .then(() => toast("Copied."))
      .catch(() => {
        // Without leave to write to the clipboard the text is marked, so that the keyboard can copy it.
        getSelection()?.selectAllChildren(byId("code"));
        toast("The browser kept the clipboard shut. The code is marked: copy it by keyboard.", false);
      });
  });

  const lateness: number[] = [];
  const weight = `${(SDK_GZIP_BYTES / 1000).toFixed(1)} kB gzipped, all in.`;
  byId("measured").textContent = `${weight} Nothing painted yet.`;
  document.addEventListener(SAID, (said) => {
    const { event } = (said as CustomEvent<Said>).detail;
    if (event.type !== "painted") return;
    lateness.push(event.latenessMs);
    if (lateness.length > KEPT) lateness.shift();
    byId("measured").textContent = `${weight} Painted ${span(p95(lateness))} after its turn (p95, last ${lateness.length}).`;
  });
}
