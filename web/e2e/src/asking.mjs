/** Questions to the API itself, beside the page: what the page shows must be true there too. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, within } from "./server.mjs";

/**
 * @param {import("./server.mjs").Demo} demo
 * @param {string} path
 * @param {string} role
 */
export async function get(demo, path, role) {
  const token = await demo.token(role);
  const answer = await within(10_000, fetch(new URL(path, demo.url), { headers: { authorization: `Bearer ${token}` } }));
  if (!answer.ok) throw new Error(`GET ${path} as ${role}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/**
 * Asks again until `holds`, at most for `ms`.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} ask
 * @param {(answer: T) => boolean} holds
 * @param {number} ms
 * @returns {Promise<T>}
 */
export async function eventually(what, ask, holds, ms) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${ms / 1000} s; the last answer was ${JSON.stringify(answer)}`);
    await new Promise((next) => setTimeout(next, 500));
  }
}

/** What is when in the picture of the drawn broadcast, by the names that detections carry. */
export async function truth() {
  const file = JSON.parse(await readFile(join(ROOT, "api/broadcast/assets/truth.json"), "utf8"));
  const names = new Map(file.marks.map((/** @type {{ external_id: string, name: string }} */ mark) => [mark.external_id, mark.name]));
  return /** @type {{ name: string, from_ms: number, to_ms: number }[]} */ (
    file.showings.map((/** @type {{ external_id: string, from_ms: number, to_ms: number }} */ one) => ({ name: names.get(one.external_id), from_ms: one.from_ms, to_ms: one.to_ms }))
  );
}
