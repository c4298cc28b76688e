/** Timed metadata as IVS writes it: ID3v2 tags with PRIV or TXXX frames. */

/** The owner that PutMetadata's frames carry. */
const OWNER = "metadata.live-video.net";
const HEADER = 10;

const ascii = new TextDecoder("latin1");
const utf8 = new TextDecoder();

/** Every text in these tags that may be a cue; other owners' frames are left to the host. */
export function textsIn(data: Uint8Array): string[] {
  const texts: string[] = [];
  let at = 0;
  while (at + HEADER <= data.length && ascii.decode(data.subarray(at, at + 3)) === "ID3") {
    const version = data[at + 3] ?? 0;
    const size = syncsafe(data, at + 6);
    const end = Math.min(at + HEADER + size, data.length);
    // Nobody who writes cues uses an extended header or unsynchronisation: a tag with flags is another's.
    if ((version === 3 || version === 4) && data[at + 5] === 0) readFrames(data.subarray(at + HEADER, end), version, texts);
    at = end;
  }
  return texts;
}

function readFrames(frames: Uint8Array, version: number, texts: string[]): void {
  let at = 0;
  while (at + HEADER <= frames.length && frames[at] !== 0) {
    const id = ascii.decode(frames.subarray(at, at + 4));
    const size = version === 4 ? syncsafe(frames, at + 4) : plain(frames, at + 4);
    const end = at + HEADER + size;
    if (end > frames.length) return;
    const text = readFrame(id, frames.subarray(at + HEADER, end));
    if (text !== undefined) texts.push(text);
    at = end;
  }
}

function readFrame(id: string, body: Uint8Array): string | undefined {
  if (id === "PRIV") {
    const zero = body.indexOf(0);
    if (zero < 0) return undefined;
    return textOf(id, ascii.decode(body.subarray(0, zero)), body.slice(zero + 1).buffer);
  }
  // Encoding 3 is UTF-8; IVS writes no other.
  if (id === "TXXX" && body[0] === 3) {
    const zero = body.indexOf(0, 1);
    if (zero < 0) return undefined;
    return textOf(id, utf8.decode(body.subarray(1, zero)), utf8.decode(body.subarray(zero + 1)));
  }
  return undefined;
}

/** The text of one frame as players hand it over; none where it cannot be a cue. */
export function textOf(key: string | undefined, info: string | undefined, data: ArrayBuffer | string | undefined): string | undefined {
  if (data === undefined || (key === "PRIV" ? info !== OWNER : key !== "TXXX")) return undefined;
  const text = (typeof data === "string" ? data : utf8.decode(data)).replace(/\0+$/, "");
  return text.startsWith("{") ? text : undefined;
}

function syncsafe(data: Uint8Array, at: number): number {
  return [0, 1, 2, 3].reduce((sum, step) => sum * 128 + ((data[at + step] ?? 0) & 0x7f), 0);
}

function plain(data: Uint8Array, at: number): number {
  return [0, 1, 2, 3].reduce((sum, step) => sum * 256 + (data[at + step] ?? 0), 0);
}
