/** Requests: which carry the token, what a refusal becomes, and what is never sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BeckonError } from "../ts/error.js";
import { Transport } from "../ts/transport.js";

interface Asked {
  url: string;
  init: RequestInit;
}
type Reply = Response | (() => Response | Promise<Response>);

const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json", ...headers } });
const problem = (status: number, code: string, headers = {}): Response => json({ type: "about:blank", title: "No", status, code, detail: "why" }, status, headers);

/** A network that gives these replies in order, and writes down what it was asked. */
function network(...replies: Reply[]): { fetch: typeof fetch; asked: Asked[] } {
  const asked: Asked[] = [];
  const fetcher = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    asked.push({ url: String(url), init });
    const reply = replies[asked.length - 1];
    if (!reply) throw new TypeError("no reply left");
    return typeof reply === "function" ? reply() : reply;
  };
  return { fetch: fetcher as typeof fetch, asked };
}
const header = ({ init }: Asked, name: string): string | null => new Headers(init.headers).get(name);
const error = (code: string) => (thrown: unknown) => thrown instanceof BeckonError && thrown.code === code;

test("the token is asked for once and carried by every question", async () => {
  let tokens = 0;
  const { fetch, asked } = network(json({ media_id: "cup", zero: "2026-11-20T19:00:00Z" }), json({ overlays: [] }), json({ overlays: [] }));
  const transport = new Transport("https://api.example.com/", "cup", () => `token ${++tokens}`, fetch);
  await transport.media();
  await transport.decide({ position_ms: 1 });
  await transport.decide({ position_ms: 2 });
  assert.deepEqual(asked.map(({ url }) => url), ["https://api.example.com/v1/media/cup", ...Array<string>(2).fill("https://api.example.com/v1/media/cup/decisions")]);
  assert.deepEqual(asked.map((one) => header(one, "authorization")), Array<string>(3).fill("Bearer token 1"));
  assert.equal(asked[1]?.init.body, '{"position_ms":1}');
});

test("a refused token is asked for anew, once", async () => {
  let tokens = 0;
  const { fetch, asked } = network(problem(401, "token_expired"), json({ overlays: [] }), problem(401, "token_expired"), problem(401, "token_expired"));
  const transport = new Transport("", "cup", () => `token ${++tokens}`, fetch);
  await transport.decide({ position_ms: 1 });
  assert.deepEqual(asked.map((one) => header(one, "authorization")), ["Bearer token 1", "Bearer token 2"]);
  await assert.rejects(transport.decide({ position_ms: 1 }), error("token_expired"));
  assert.equal(asked.length, 4, "and not a third time");
});

test("many questions refused at once ask for one new token", async () => {
  let tokens = 0;
  const fetcher = async (_: unknown, init: RequestInit = {}): Promise<Response> =>
    new Headers(init.headers).get("authorization") === "Bearer token 1" ? problem(401, "token_expired") : json({ overlays: [] });
  const transport = new Transport("", "cup", () => `token ${++tokens}`, fetcher as typeof fetch);
  await transport.decide({ position_ms: 0 }).catch(() => undefined);
  tokens = 0;
  const fresh = new Transport("", "cup", () => `token ${++tokens}`, fetcher as typeof fetch);
  await Promise.all([1, 2, 3, 4].map((position_ms) => fresh.decide({ position_ms })));
  assert.equal(tokens, 2);
});

test("a token that cannot be had is tried again at the next question", async () => {
  let tries = 0;
  const { fetch } = network(json({ overlays: [] }));
  const transport = new Transport("", "cup", () => {
    if (++tries === 1) throw new Error("signed out");
    return "token";
  }, fetch);
  await assert.rejects(transport.decide({ position_ms: 1 }), /signed out/);
  await transport.decide({ position_ms: 1 });
  assert.equal(tries, 2);
});

test("events go as text, without a token, so that no other origin's permission is needed", async () => {
  const { fetch, asked } = network(json({ items: [] }));
  const transport = new Transport("https://api.example.com", "cup", () => assert.fail("no token is needed"), fetch);
  await transport.send(['{"a":1}', '{"b":2}']);
  const [one] = asked;
  assert.ok(one);
  assert.equal(one.url, "https://api.example.com/v1/events");
  assert.equal(header(one, "authorization"), null);
  assert.match(header(one, "content-type") ?? "", /^text\/plain/);
  const sent = String(one.init.body);
  assert.match(sent, /^\{"sent_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","items":\[\{"a":1\},\{"b":2\}\]\}$/);
  // The outbox leaves room for this much around the events.
  assert.equal(sent.length - '{"a":1},{"b":2}'.length, 49);
  assert.equal(one.init.credentials, "omit");
});

test("a refusal carries the server's code, status and wish to wait", async () => {
  const { fetch } = network(problem(503, "unavailable", { "retry-after": "7" }));
  const thrown = await new Transport("", "cup", () => "t", fetch).decide({ position_ms: 1 }).catch((caught: unknown) => caught);
  assert.ok(thrown instanceof BeckonError);
  assert.deepEqual([thrown.code, thrown.status, thrown.retryAfterMs, thrown.passing, thrown.message], ["unavailable", 503, 7_000, true, "why"]);
});

test("only what may pass is worth a second try", () => {
  const passing = (status: number): boolean => new BeckonError("x", "x", { status }).passing;
  assert.deepEqual([400, 401, 404, 408, 413, 422, 429, 500, 503].map(passing), [false, false, false, true, false, false, true, true, true]);
  assert.ok(new BeckonError("unreachable", "x").passing);
});

test("a network that is down, and a proxy that answers in HTML, are told apart", async () => {
  const down = new Transport("", "cup", () => "t", (() => Promise.reject(new TypeError("down"))) as typeof fetch);
  await assert.rejects(down.decide({ position_ms: 1 }), error("unreachable"));
  const { fetch } = network(new Response("<h1>Bad gateway</h1>", { status: 502 }), new Response("<h1>Hello</h1>"));
  const proxied = new Transport("", "cup", () => "t", fetch);
  await assert.rejects(proxied.decide({ position_ms: 1 }), error("bad_answer"));
  await assert.rejects(proxied.decide({ position_ms: 1 }), error("bad_answer"));
});

test("a clock that is far off is corrected by the server's date, a small difference is not", async () => {
  const at = (ms: number): Response => json({ media_id: "cup" }, 200, { date: new Date(Date.now() + ms).toUTCString() });
  const { fetch } = network(at(120_000), at(2_000), json({ media_id: "cup" }));
  const transport = new Transport("", "cup", () => "t", fetch);
  const far = await transport.media();
  assert.ok(far.clockMs > 110_000 && far.clockMs < 130_000, String(far.clockMs));
  assert.equal((await transport.media()).clockMs, 0);
  assert.equal((await transport.media()).clockMs, 0, "nor one that another origin may not read");
});

test("another origin's permission is got at attach, by a question that draws nothing", async () => {
  const { fetch, asked } = network(json({ overlays: [] }));
  await new Transport("https://api.example.com", "cup", () => "t", fetch).warm();
  assert.equal(asked[0]?.url, "https://api.example.com/v1/media/cup/decisions");
  assert.deepEqual(JSON.parse(String(asked[0]?.init.body)), { position_ms: 0, client: { can_draw: [] } });
});

test("a media id is a path segment whatever is in it, and detaching ends what is on its way", async () => {
  const asked: string[] = [];
  const hanging = ((url: string, init: RequestInit) => {
    asked.push(url);
    return new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
  }) as unknown as typeof fetch;
  const transport = new Transport("", "a:b", () => "t", hanging);
  const decision = transport.decide({ position_ms: 1 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  transport.end();
  await assert.rejects(decision, error("detached"));
  assert.deepEqual(asked, ["/v1/media/a%3Ab/decisions"]);
});
