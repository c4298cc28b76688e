/** The WebAssembly core: loaded once, and a clear error for whoever uses it before. */
import init, { Core, core_version, CueFields, qr_path, ViewWatch } from "../dist/core/beckon_core.js";
import type { WasmSource } from "./api.js";
import { BeckonError } from "./error.js";

export type { Core, ViewWatch };

let loading: Promise<void> | undefined;
let loaded = false;

/** Loads the core. Later calls get the first one's; after a failure the next call tries again. */
export function load(source?: WasmSource): Promise<void> {
  loading ??= init({ module_or_path: source ?? new URL("./beckon.wasm", import.meta.url) }).then(
    () => {
      loaded = true;
    },
    (cause: unknown) => {
      loading = undefined;
      throw new BeckonError("wasm_failed", `The core could not be loaded: ${String(cause)}`, { cause });
    },
  );
  return loading;
}

function needed(): void {
  if (!loaded) throw new BeckonError("not_loaded", "The core was used before `await load()`");
}

/** The core of one attached player. */
export function createCore(mediaId: string, zeroMs: number): Core {
  needed();
  return new Core(mediaId, zeroMs);
}

/** A cue's fields as the core takes them; free them after use. */
export function cueFields(...fields: ConstructorParameters<typeof CueFields>): CueFields {
  needed();
  return new CueFields(...fields);
}

/** A fresh watch on one overlay. */
export function viewWatch(): ViewWatch {
  needed();
  return new ViewWatch();
}

/** The SDK's version. */
export function version(): string {
  needed();
  return core_version();
}

/** The QR code of a text as an SVG path with its size in modules. */
export function qrCode(text: string): { size: number; path: string } | undefined {
  needed();
  const code = qr_path(text);
  if (!code) return undefined;
  const { size, path } = code;
  code.free();
  return { size, path };
}
