/** The routes that only the demo server has, each with its shape. */

export interface DemoConfig {
  media_id: string;
  playback_url: string;
  zero: string;
  source: "broadcast" | "clip";
  clip_duration_ms: number;
  viewers: DemoViewer[];
}

export interface DemoViewer {
  viewer_id: string;
  label: string;
  about: string;
  profiles: { id: string; about: string }[];
}

export interface Audience {
  viewers: number;
  seed: number;
  tastes: boolean;
  answers: number;
  random: number;
  best: number;
  ranked_by: string;
  points: { answers: number; learnt: number; low: number; high: number }[];
  promotions: { answers: number; model_id: string; why: string }[];
  verdict: string | null;
}

/** A refusal or a silence of the server, in words that can stand on the page. */
export class Refusal extends Error {
  constructor(
    message: string,
    /** The server's stable code, or `unreachable`. */
    readonly code: string,
  ) {
    super(message);
    this.name = "Refusal";
  }
}

async function ask(path: string, init?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, signal: AbortSignal.timeout(8000) });
  } catch {
    throw new Refusal("The server does not answer.", "unreachable");
  }
  if (answer.ok) return answer;
  const problem: unknown = await answer.json().catch(() => null);
  const { detail, code } = (problem ?? {}) as { detail?: string; code?: string };
  throw new Refusal(detail ?? `The server answered ${answer.status}.`, code ?? `http_${answer.status}`);
}

function post(path: string, body?: unknown): Promise<Response> {
  if (body === undefined) return ask(path, { method: "POST" });
  return ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

export async function readConfig(): Promise<DemoConfig> {
  return (await ask("demo/config.json")).json() as Promise<DemoConfig>;
}

export async function readToken(viewerId: string): Promise<string> {
  const answer = (await (await post("demo/token", { viewer_id: viewerId })).json()) as { token: string };
  return answer.token;
}

export async function changeProfile(viewerId: string, profileId: string): Promise<void> {
  await post("demo/profile", { viewer_id: viewerId, profile_id: profileId });
}

export async function startPoll(): Promise<{ instrument_id: string; cue_id: string }> {
  return (await post("demo/poll")).json() as Promise<{ instrument_id: string; cue_id: string }>;
}

export async function readAudience(): Promise<Audience> {
  return (await ask("demo/audience")).json() as Promise<Audience>;
}
