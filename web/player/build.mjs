/** Builds the page into dist/: one script, one sheet, the SDK's wasm beside them. `--tests` bundles the tests instead. */
import { build } from "esbuild";
import { gzipSync } from "node:zlib";
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const shared = { bundle: true, format: "esm", target: "es2022", logLevel: "warning", absWorkingDir: here };

if (process.argv.includes("--tests")) await tests();
else await page();

async function page() {
  const out = join(here, "dist");
  const resolve = createRequire(import.meta.url).resolve;
  const [wasm, script] = [resolve("@beckon/viewer-sdk/beckon.wasm"), resolve("@beckon/viewer-sdk")];
  const weight = (await Promise.all([wasm, script].map(async (file) => gzipSync(await readFile(file)).length))).reduce((a, b) => a + b, 0);
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  await Promise.all([
    build({ ...shared, entryPoints: { page: "src/main.ts", catalogue: "src/catalogue/main.ts" }, outdir: "dist", minify: true, sourcemap: true, define: { SDK_GZIP_BYTES: String(weight) } }),
    build({ ...shared, entryPoints: { page: "styles/index.css" }, outdir: "dist", minify: true }),
    cp(join(here, "index.html"), join(out, "index.html")),
    cp(join(here, "catalogue.html"), join(out, "catalogue.html")),
    cp(join(here, "icon.svg"), join(out, "icon.svg")),
    cp(wasm, join(out, "beckon.wasm")),
  ]);
}

async function tests() {
  const out = join(here, "build-tests");
  await rm(out, { recursive: true, force: true });
  const files = (await readdir(join(here, "tests"))).filter((name) => name.endsWith(".test.ts"));
  await build({ ...shared, entryPoints: files.map((name) => `tests/${name}`), outdir: out, outExtension: { ".js": ".mjs" }, platform: "node" });
}
