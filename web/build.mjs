// Builds the page: types from the API's description, keys of both languages checked, one bundle with
// hashed names, compressed beforehand. usage: node web/build.mjs [--fast]   (--fast: no type check)
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import openapiTs, { astToString } from "openapi-typescript";
import { checkKeys } from "./i18n/check.mjs";

const web = fileURLToPath(new URL(".", import.meta.url));
const root = join(web, "..");
const dist = join(web, "dist");
const next = join(web, "dist.next");
const fast = process.argv.includes("--fast");

function fail(text) {
  console.error(`web/build.mjs: ${text}`);
  process.exit(1);
}

async function types() {
  const source = join(root, "api/openapi.json");
  const target = join(web, "src/generated/openapi.d.ts");
  if (existsSync(target) && statSync(target).mtimeMs > statSync(source).mtimeMs) return;
  mkdirSync(join(web, "src/generated"), { recursive: true });
  const about = "// Generated from api/openapi.json by web/build.mjs.\n";
  const described = await openapiTs(new URL("../api/openapi.json", import.meta.url),
    { emptyObjectsUnknown: true });
  writeFileSync(target, about + astToString(described));
}

const common = {
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
};

/** The page's own files, with the hash of their content in the name; [name → file]. */
async function bundle() {
  const built = await esbuild.build({
    ...common,
    entryPoints: { main: join(web, "src/main.tsx"), style: join(web, "src/style/style.css") },
    outdir: next,
    splitting: true,
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    assetNames: "[name]-[hash]",
    metafile: true,
  });
  const named = {};
  for (const [file, output] of Object.entries(built.metafile.outputs))
    if (output.entryPoint) named[basename(output.entryPoint).split(".")[0]] = basename(file);
  return named;
}

/** The service worker keeps its name; it is told which files make up this build. */
async function serviceWorker() {
  const source = join(web, "src/sw.ts");
  if (!existsSync(source)) return;
  const files = ["/", ...readdirSync(next).filter((name) => name !== "index.html").map((name) => `/${name}`)];
  const hash = createHash("sha256");
  for (const name of readdirSync(next)) hash.update(name).update(readFileSync(join(next, name)));
  await esbuild.build({
    ...common,
    format: "iife",
    entryPoints: [source],
    outfile: join(next, "sw.js"),
    define: { BUILD_FILES: JSON.stringify(files), BUILD_ID: JSON.stringify(hash.digest("hex").slice(0, 16)) },
  });
}

function compress() {
  for (const name of readdirSync(next)) {
    const bytes = readFileSync(join(next, name));
    if (!/\.(html|js|css|svg|webmanifest)$/.test(name) || bytes.length < 256) continue;
    const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
    writeFileSync(join(next, `${name}.br`), brotliCompressSync(bytes, options));
    writeFileSync(join(next, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  }
}

const wrong = checkKeys(web);
if (wrong.length) fail(`the keys of the languages do not fit:\n  ${wrong.join("\n  ")}`);
await types();
if (!fast) {
  const checked = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", web],
    { stdio: "inherit" });
  if (checked.status !== 0) fail("the types do not fit");
}
rmSync(next, { recursive: true, force: true });
const named = await bundle();
const page = readFileSync(join(web, "index.html"), "utf8")
  .replace("main.js", named.main).replace("style.css", named.style);
writeFileSync(join(next, "index.html"), page);
cpSync(join(web, "static"), next, { recursive: true });
await serviceWorker();
compress();
rmSync(dist, { recursive: true, force: true });
renameSync(next, dist);
