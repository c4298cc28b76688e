/** Attaching to a player: builds the pieces, joins them, and takes them apart again. */
import { adapterFor } from "./adapters/adapter.js";
import type { AttachOptions, Beckon, HlsPlayer } from "./api.js";
import { Asker } from "./asker.js";
import { Beacons } from "./beacons.js";
import { Consent } from "./consent.js";
import { createCore, load } from "./core.js";
import { createOverlay } from "./draw/element.js";
import { BeckonError } from "./error.js";
import { Inspector } from "./inspect.js";
import { readCues } from "./sse.js";
import { Stage } from "./stage.js";
import { Transport } from "./transport.js";

/**
 * Attaches Beckon to a player: an hls.js instance, or a video element.
 *
 * Reads the media at once, so that nothing slow is left for the moment of a cue.
 *
 * @throws BeckonError where an option is wrong, the core cannot be loaded, or the media cannot be read.
 */
export async function attach(player: HlsPlayer | HTMLVideoElement, options: AttachOptions): Promise<Beckon> {
  check(options);
  const inspector = new Inspector();
  if (options.onEvent) inspector.on("*", options.onEvent);
  const adapter = adapterFor(player, options);
  const { video } = adapter;
  const transport = new Transport(options.api, options.media, options.token);
  const [{ media, clockMs }] = await Promise.all([transport.media(), load(options.wasm), transport.warm()]);

  const core = createCore(media.media_id, Date.parse(media.zero));
  const consent = new Consent(options.personalisation);
  const locale = options.locale ?? (video.closest<HTMLElement>("[lang]")?.lang || navigator.language || "en");
  const base = new URL(options.api || "/", location.href).href;
  const element = createOverlay(video, options.container, { theme: options.theme ?? "dark", locale, base });
  const beacons = new Beacons(core, transport, inspector);
  const stage = new Stage(core, adapter, element, beacons, inspector, () => void asker.ask(null, null));
  const settings = { explain: options.explain === true, anonymous: options.anonymous === true, locale, clockMs };
  const asker = new Asker(core, adapter, transport, consent, inspector, stage, settings);

  const stops = [adapter.listen((found) => asker.hear("stream", found))];
  const signal = options.signal ?? "auto";
  if (signal === "sse" || (signal === "auto" && !adapter.hearsStream)) {
    const broken = (error: BeckonError, willRetry: boolean): void => inspector.tell({ type: "failed", what: "signal", error, willRetry });
    stops.push(readCues(() => transport.cues(), (text) => asker.hear("sse", text), broken));
  }
  inspector.tell({ type: "ready", media });

  let detached: Promise<void> | undefined;
  const detach = async (): Promise<void> => {
    for (const stop of stops) stop();
    asker.end();
    stage.end();
    element.remove();
    transport.end();
    await beacons.end();
    inspector.clear();
    core.free();
  };
  return {
    media: media.media_id,
    element,
    positionMs: () => (detached ? null : stage.positionMs()),
    check: async () => (detached ? undefined : asker.ask(null, null)),
    on: (type, listener) => inspector.on(type, listener),
    setPersonalisation: (allowed) => consent.set(allowed),
    detach: () => (detached ??= detach()),
  };
}

function check(options: AttachOptions): void {
  const wrong = (what: string): never => {
    throw new BeckonError("bad_option", what);
  };
  if (typeof options?.api !== "string") wrong("`api` must be the API's address, or \"\" for this page's origin");
  if (typeof options.media !== "string" || !/^[A-Za-z0-9._:-]{1,128}$/.test(options.media)) {
    wrong("`media` must be 1 to 128 of A-Za-z0-9._:-");
  }
  if (typeof options.token !== "function") wrong("`token` must be a function that gives the viewer's token");
}
