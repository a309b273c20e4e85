// Bundles src/ into the Python package. Names carry a hash of their content; manifest.json records
// the SHA-256 of every source and of the lock, so that a test notices stale assets without Node.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const out = "../src/suyuan/face/web/static";
const digest = (data) => createHash("sha256").update(data).digest("hex");
const made = await build({
  entryPoints: ["src/main.tsx", "src/style.css"], bundle: true, minify: true, write: false,
  format: "esm", target: ["es2022"], outdir: "out", legalComments: "none", charset: "utf8",
});
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const files = {};
const keep = (key, name, ending, data) => {
  files[key] = `${name}.${digest(data).slice(0, 12)}.${ending}`;
  writeFileSync(join(out, files[key]), data);
};
for (const file of made.outputFiles) {
  const css = file.path.endsWith(".css");
  keep(css ? "style" : "script", "app", css ? "css" : "js", file.contents);
}
keep("icon", "icon", "svg", readFileSync("icon.svg"));
const licence = (name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}\n`;
writeFileSync(join(out, "LICENSES.txt"), ["preact", "@preact/signals", "@preact/signals-core"].map(licence).join("\n"));
const sources = {};
const tracked = [...readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name)),
  "build.mjs", "icon.svg", "package.json", "package-lock.json", "tsconfig.json"];
for (const path of tracked.sort()) sources[path] = digest(readFileSync(path));
writeFileSync(join(out, "manifest.json"), JSON.stringify({ files, sources }, null, 1) + "\n");
