/** Cues beside the stream: server-sent events by fetch, since EventSource cannot carry a token. */
import { BeckonError } from "./error.js";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A line that never ends must not fill the memory; a cue is under 1 KB. */
const LINE_MAX = 16_384;

/** Cuts a stream of text into events; keeps what is not whole yet. */
export class EventLines {
  #rest = "";
  #data: string[] = [];

  /** The data of every event that this piece completes. */
  push(piece: string): string[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = (lines.pop() ?? "").slice(-LINE_MAX);
    const events: string[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length > 0) events.push(this.#data.join("\n"));
        this.#data = [];
      } else if (line.startsWith("data:")) {
        this.#data.push(line.slice(line[5] === " " ? 6 : 5));
      }
    }
    return events;
  }
}

/** Reads cues until `stop` is called, and comes back after every break. */
export function readCues(
  open: () => Promise<ReadableStream<Uint8Array>>,
  onData: (data: string) => void,
  onBreak: (error: BeckonError, willRetry: boolean) => void,
): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let failures = 0;

  const read = async (): Promise<void> => {
    try {
      reader = (await open()).getReader();
      const decoder = new TextDecoder();
      const lines = new EventLines();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || stopped) break;
        failures = 0;
        for (const data of lines.push(decoder.decode(value, { stream: true }))) onData(data);
      }
      if (!stopped) throw new BeckonError("unreachable", "The stream of cues ended");
    } catch (cause) {
      if (stopped) return;
      const error = cause instanceof BeckonError ? cause : new BeckonError("unreachable", "The stream of cues broke", { cause });
      const willRetry = error.passing;
      onBreak(error, willRetry);
      if (!willRetry) return;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
      timer = setTimeout(() => void read(), Math.max(pause, error.retryAfterMs ?? 0));
    }
  };
  void read();

  return () => {
    stopped = true;
    clearTimeout(timer);
    reader?.cancel().catch(() => undefined);
  };
}
