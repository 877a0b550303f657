/**
 * node bench/writeSqlFloor.mjs TFM FROM TO: `tfm parse` of the project here, then every file below FROM written below TO.
 * What a compilation has to do at least, but for rendering.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [tfm, from, to] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [tfm, "parse"], { stdio: "inherit" });
if (status !== 0) process.exit(1);
for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
	const folder = entry.parentPath ?? entry.path;
	const path = join(to, join(folder, entry.name).slice(from.length));
	if (entry.isDirectory()) mkdirSync(path, { recursive: true });
	else {
		mkdirSync(join(path, ".."), { recursive: true });
		writeFileSync(path, readFileSync(join(folder, entry.name)));
	}
}
