/** The SDK's own words, by language, and numbers as that language writes them. */
import type { InstrumentKind, Price } from "../wire.js";
import { ar } from "./ar.js";
import { de } from "./de.js";
import { en } from "./en.js";

/** Every text that the SDK itself says. */
export interface Texts {
  direction: "ltr" | "rtl";
  kinds: Record<InstrumentKind, string>;
  ad: string;
  /** Marks what is only tried out. */
  test: string;
  close: string;
  why: string;
  back: string;
  vote: string;
  guess: string;
  code: string;
  copy: string;
  copied: string;
  notNow: string;
  scan: string;
  qr: string;
  oneVote: string;
  oneGuess: string;
  sending: string;
  offline: string;
  refused: string;
  right: string;
  moreTime: string;
  chosenForMoment: string;
  personal: string;
  notPersonal: string;
  notQuite(right: string): string;
  yours(answer: string): string;
  votes(count: string): string;
  guesses(count: string): string;
  from(name: string): string;
  seen(name: string, time: string): string;
  paidBy(name: string): string;
  payer(name: string): string;
}

const LANGUAGES: Record<string, Texts> = { ar, de, en };

/** Whether the SDK speaks a language. */
export function hasTextsFor(locale: string): boolean {
  return Object.hasOwn(LANGUAGES, languageOf(locale));
}

/** Which way a language is written; browsers know it by scripts that not all of them tell. */
export function directionOf(locale: string): "ltr" | "rtl" {
  return ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"].includes(languageOf(locale)) ? "rtl" : "ltr";
}

/** A tag without its region and what else it says. */
export function languageOf(locale: string): string {
  return locale.toLowerCase().split("-")[0] ?? "";
}

/** The texts of a language, English where we do not have it. */
export function textsFor(locale: string): Texts {
  return LANGUAGES[languageOf(locale)] ?? en;
}

/** A locale that the browser's formats know, so that no host's typing error breaks a number. */
function formats(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? "en";
  } catch {
    return "en";
  }
}

export function count(value: number, locale: string): string {
  return new Intl.NumberFormat(formats(locale)).format(value);
}

export function percent(share: number, locale: string): string {
  return new Intl.NumberFormat(formats(locale), { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** Currencies that browsers write in whole units only, and whose smallest unit is a hundredth by ISO 4217. */
const HUNDREDTHS = "AFN ALL COP HUF IDR IRR KPW LAK LBP MGA MMK PKR SOS SYP YER";

/** How many digits a currency's smallest unit has, as the server counts it: by ISO 4217. */
function digitsOf(currency: string): number {
  if (currency === "IQD") return 3;
  if (HUNDREDTHS.includes(currency)) return 2;
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

export function price({ amount_minor, currency }: Price, locale: string): string {
  try {
    const digits = digitsOf(currency);
    const value = amount_minor / 10 ** digits;
    const shown = Number.isInteger(value) ? 0 : digits;
    return new Intl.NumberFormat(formats(locale), { style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: shown, maximumFractionDigits: shown }).format(value);
  } catch {
    // A currency that the browser does not know is written as it stands.
    return `${amount_minor / 100} ${currency}`;
  }
}

/** A position or a time left: 41:07, 1:02:03. */
export function clock(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes, seconds] = [Math.floor(all / 3_600), Math.floor(all / 60) % 60, all % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
