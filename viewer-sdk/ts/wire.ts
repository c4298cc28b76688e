/** The wire's shapes under their own names: generated from the contract, never written by hand. */
import type { components } from "../../openapi/openapi.js";

type Schemas = components["schemas"];

export type Answer = Schemas["Answer"];
export type Content = Schemas["Content"];
export type Cue = Schemas["Cue"];
export type Decision = Schemas["Decision"];
export type DecisionRequest = Schemas["DecisionRequest"];
export type Event = Schemas["Event"];
export type EventOutcome = Schemas["EventOutcome"];
export type EventReport = Schemas["EventReport"];
export type EventType = Schemas["EventType"];
export type Explanation = Schemas["Explanation"];
export type InstrumentKind = Schemas["InstrumentKind"];
export type Layout = Schemas["Layout"];
export type Media = Schemas["Media"];
export type Offer = Schemas["Offer"];
export type Overlay = Schemas["Overlay"];
export type Price = Schemas["Price"];
export type Problem = Schemas["Problem"];
/** Why something was not shown: the service's own codes, as `decided` tells them. */
export type Reason = Schemas["Reason"];
export type Standing = Schemas["Standing"];
export type Theme = Schemas["Theme"];
export type Told = Schemas["Told"];
