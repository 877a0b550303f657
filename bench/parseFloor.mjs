/**
 * The floor of `tfm parse`: the least that any reader of a project must do. Walks the folders, reads every file,
 * hashes it, reads YAML with js-yaml and finds refs by a regular expression: node bench/parseFloor.mjs PROJECT
 * With `--unchanged` it stops after hashing, which is what tells that nothing changed.
 */
import { hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import yaml from "js-yaml";

const unchanged = process.argv[3] === "--unchanged";
const found = { files: 0, bytes: 0, entries: 0, refs: 0, hashed: 0 };
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
	if (unchanged) return;
	if (path.endsWith(".yml")) found.entries += yaml.load(text)?.models?.length ?? 0;
	else if (path.endsWith(".sql")) for (const _ of text.matchAll(REF)) found.refs++;
}

for (const folder of ["models", "seeds", "macros"]) walk(join(process.argv[2], folder));
console.log(JSON.stringify(found));
