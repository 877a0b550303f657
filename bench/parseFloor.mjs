/**
 * The floor of `tfm parse`: the least that any reader of a project must do. Walks the folders, reads every file,
 * hashes it, reads YAML with js-yaml and finds refs by a regular expression: node bench/parseFloor.mjs PROJECT
 * With `--unchanged` it stops after hashing, which is what tells that nothing changed.
 * With `--write=MANIFEST,OUT` it then writes as much as tfm does: an object with the content of MANIFEST, which stands in
 * memory before anything else is done, as JSON. How long that took to read, in ms, is `preparedMs`: no part of the floor.
 * With `--copy=MANIFEST,OUT` it copies the file through memory, which is what is left where little of it changed.
 */
import { hash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import yaml from "js-yaml";

const { values: asked, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		unchanged: { type: "boolean", default: false },
		write: { type: "string" },
		copy: { type: "string" },
	},
});
const found = { files: 0, bytes: 0, entries: 0, refs: 0, hashed: 0, written: 0, preparedMs: 0 };
const REF = /\{\{\s*ref\(\s*['"]([^'"]+)['"]\s*\)\s*\}\}/g;

function walk(folder) {
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) walk(path);
		else read(path);
	}
}

function read(path) {
	const text = readFileSync(path, "utf8");
	found.files++;
	found.bytes += text.length;
	found.hashed += hash("sha256", text).length;
	if (asked.unchanged) return;
	if (path.endsWith(".yml")) found.entries += yaml.load(text)?.models?.length ?? 0;
	else if (path.endsWith(".sql")) for (const _ of text.matchAll(REF)) found.refs++;
}

/** An object with the manifest's content, and where it is to be written. */
function prepare(paths) {
	const [manifest, out] = paths.split(",");
	const started = performance.now();
	const content = JSON.parse(readFileSync(manifest, "utf8"));
	found.preparedMs = performance.now() - started;
	return { content, out };
}

const prepared = asked.write === undefined ? null : prepare(asked.write);
for (const folder of ["models", "seeds", "macros"]) walk(join(positionals[0], folder));
if (prepared !== null) {
	const text = JSON.stringify(prepared.content);
	found.written = text.length;
	writeFileSync(prepared.out, text);
}
if (asked.copy !== undefined) {
	const [manifest, out] = asked.copy.split(",");
	const bytes = readFileSync(manifest);
	found.written = bytes.length;
	writeFileSync(out, bytes);
}
console.log(JSON.stringify(found));
