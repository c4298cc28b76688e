/** Runs the tests: bundles each `*.test.ts` for Node, which does not read TypeScript everywhere yet, and hands them to its own runner. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../dist/core/tests", import.meta.url));

if (!existsSync(new URL("../dist/beckon.wasm", import.meta.url))) {
  console.error("The package is not built: type `npm run build -w viewer-sdk` first");
  process.exit(1);
}
rmSync(out, { recursive: true, force: true });
const entryPoints = readdirSync(here).filter((name) => name.endsWith(".test.ts")).map((name) => here + name);
await build({ entryPoints, outdir: out, bundle: true, platform: "node", format: "esm", packages: "external", outExtension: { ".js": ".mjs" }, loader: { ".css": "text" }, logLevel: "warning" });
const files = readdirSync(out).filter((name) => name.endsWith(".mjs")).map((name) => `${out}/${name}`);
// One by one: the runner that reads the files' output as its own messages stumbles over what a test prints.
const cwd = fileURLToPath(new URL("..", import.meta.url));
const codes = files.map((file) => spawnSync(process.execPath, ["--test-reporter=spec", file], { stdio: "inherit", cwd }).status ?? 1);
process.exit(Math.max(...codes));
