/** Tells the host what happens: one listener cannot break another, nor the SDK. */
import type { BeckonEvent, BeckonEvents, BeckonListener } from "./api.js";

/** An event before it is told: its time is added then. */
type Untold<E> = E extends BeckonEvent ? Omit<E, "at"> : never;

export class Inspector {
  #listeners = new Map<keyof BeckonEvents | "*", Set<(event: never) => void>>();

  on<T extends keyof BeckonEvents | "*">(type: T, listener: BeckonListener<T>): () => void {
    const known = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, known.add(listener));
    return () => known.delete(listener);
  }

  tell(event: Untold<BeckonEvent>): void {
    const told = { at: Date.now(), ...event };
    for (const type of [event.type, "*"] as const) {
      for (const listener of [...(this.#listeners.get(type) ?? [])]) {
        try {
          listener(told as never);
        } catch (error) {
          // The host's own fault, shown where its developers look.
          console.error("A listener of Beckon threw", error);
        }
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
