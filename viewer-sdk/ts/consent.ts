/** Consent as the client knows it: read afresh for each question, since viewers change their minds. */

export class Consent {
  #personalisation: boolean | (() => boolean) | undefined;

  constructor(personalisation: boolean | (() => boolean) | undefined) {
    this.#personalisation = personalisation;
  }

  set(allowed: boolean): void {
    this.#personalisation = allowed;
  }

  /** `undefined` where the host says nothing: then the profile's own consent counts alone. */
  personalisation(): boolean | undefined {
    if (typeof this.#personalisation !== "function") return this.#personalisation;
    try {
      return this.#personalisation() === true;
    } catch {
      // A broken consent dialogue is no consent.
      return false;
    }
  }
}
