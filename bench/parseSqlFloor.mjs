/**
 * node bench/parseSqlFloor.mjs FOLDER: reads every SQL file below it and parses it, keeping nothing. What any analysis
 * of the same SQL has to do at least. Prints how many were parsed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { init, parse } from "@guanmingchiu/sqlparser-ts";

await init();
const files = readdirSync(process.argv[2], { recursive: true, withFileTypes: true });
let parsed = 0;
for (const entry of files) {
	if (!entry.isFile() || !entry.name.endsWith(".sql")) continue;
	parse(readFileSync(join(entry.parentPath ?? entry.path, entry.name), "utf8"), "postgresql");
	parsed++;
}
console.log(parsed);
