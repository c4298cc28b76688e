/** The real thing as a child process: `beckon demo` in a folder of its own, on a free port. */
import { execFile, spawn } from "node:child_process";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The repository's root. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** How long a first start may take on a slow machine: it cuts the clip and registers the references. */
const READY_MS = 120_000;
const STOP_MS = 20_000;

/**
 * @typedef {object} Demo
 * @property {string} url ends with a slash
 * @property {(role: string) => Promise<string>} token a token of this installation
 * @property {() => Promise<{ code: number | null, signal: string | null, tookMs: number }>} interrupt what Ctrl-C does; waits for the end
 * @property {() => Promise<void>} end ends it whatever happened, and takes its folder away
 * @property {() => string} log the last lines that it wrote
 */

/** The built binary: `BECKON_BIN`, else the debug build where cargo says that it lies. */
export async function binary() {
  const file = process.env["BECKON_BIN"] ?? join(await targetDir(), "debug", process.platform === "win32" ? "beckon.exe" : "beckon");
  await access(file).catch(() => {
    throw new Error(`there is no ${file}: build it (cargo build -p beckon-api), or set BECKON_BIN`);
  });
  return resolve(file);
}

async function targetDir() {
  const { stdout } = await run("cargo", ["metadata", "--no-deps", "--format-version", "1"], { cwd: ROOT, maxBuffer: 64 << 20 });
  return JSON.parse(stdout).target_directory;
}

/**
 * Starts the demo and waits until it says that it is ready.
 * @param {string[]} [more] further arguments, such as `--video`
 * @returns {Promise<Demo>}
 */
export async function startDemo(more = []) {
  const page = join(ROOT, "web/player/dist");
  await access(join(page, "index.html")).catch(() => {
    throw new Error("the demo page is not built: npm run build -w viewer-sdk -w web/player");
  });
  const file = await binary();
  const dataDir = await mkdtemp(join(tmpdir(), "beckon-e2e-"));
  // What a developer has set for the demo must not reach into the test.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("BECKON_") || name === "BECKON_LOG"));
  const child = spawn(file, ["demo", "--port", "0", "--data-dir", dataDir, "--web", page, ...more], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  /** @type {Promise<{ code: number | null, signal: string | null }>} */
  const ended = new Promise((done) => child.once("exit", (code, signal) => done({ code, signal })));

  let written = "";
  /** @type {Promise<string>} */
  const ready = new Promise((done) => {
    /** @param {Buffer} part */
    const hear = (part) => {
      written = (written + part.toString()).slice(-20_000);
      const said = /Beckon is ready: (http:\/\/\S+)/.exec(written);
      if (said?.[1]) done(said[1]);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
  });
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await ended;
    }
    await rm(dataDir, { recursive: true, force: true });
  };

  const gaveUp = within(READY_MS, ended.then(({ code, signal }) => Promise.reject(new Error(`beckon demo ended before it was ready (${code ?? signal}):\n${written}`))));
  const url = await Promise.race([ready, gaveUp]).catch(async (error) => {
    await end();
    throw error;
  });
  gaveUp.catch(() => {});

  /** @type {Map<string, Promise<string>>} */
  const tokens = new Map();
  return {
    url: url.endsWith("/") ? url : `${url}/`,
    log: () => written,
    end,
    token: (role) => {
      const made = tokens.get(role) ?? run(file, ["token", "--role", role, "--subject", `e2e-${role}`, "--data-dir", dataDir], { env }).then(({ stdout }) => stdout.trim());
      tokens.set(role, made);
      return made;
    },
    interrupt: async () => {
      const from = Date.now();
      child.kill("SIGINT");
      const { code, signal } = await within(STOP_MS, ended);
      return { code, signal, tookMs: Date.now() - from };
    },
  };
}

/**
 * The promise's value, or a failure after `ms`.
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(ms, promise) {
  /** @type {NodeJS.Timeout} */
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`nothing for ${ms / 1000} s`)), ms);
    timer.unref();
  });
  return /** @type {Promise<T>} */ (Promise.race([promise, late])).finally(() => clearTimeout(timer));
}
