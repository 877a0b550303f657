/**
 * Makes dist/pglite-template.gz: a data directory of the embedded database as initdb leaves it, so that a new database
 * is a matter of copying files (0.1 s) where initdb takes 3 s. src/adapters/pglite/templateArchive.ts reads it and
 * describes the format.
 */
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";

/** Of the process that made the directory, not of the directory. */
const LEFT_OUT = new Set(["postmaster.pid", "postmaster.opts"]);

/** The entries of a directory, parents first, and the bytes of its files with equal files stored once. */
function pack(root) {
	const entries = [];
	const chunks = [];
	const places = new Map();
	let size = 0;
	const walk = (folder) => {
		const items = readdirSync(join(root, folder), { withFileTypes: true });
		for (const item of items.sort((a, b) => (a.name < b.name ? -1 : 1))) {
			const path = folder === "" ? item.name : `${folder}/${item.name}`;
			if (LEFT_OUT.has(path)) continue;
			if (item.isDirectory()) {
				entries.push([path]);
				walk(path);
				continue;
			}
			const bytes = readFileSync(join(root, path));
			const key = bytes.toString("latin1");
			if (!places.has(key)) {
				places.set(key, size);
				chunks.push(bytes);
				size += bytes.length;
			}
			entries.push([path, places.get(key), bytes.length]);
		}
	};
	walk("");
	return { entries, bytes: Buffer.concat(chunks) };
}

/** Writes `<folder>/pglite-template.gz`, whole or not at all. */
export async function makeTemplate(folder) {
	const root = mkdtempSync(join(tmpdir(), "tfm-template-"));
	try {
		const db = await PGlite.create(join(root, "data"));
		await db.exec("checkpoint");
		await db.close();
		const { entries, bytes } = pack(join(root, "data"));
		const index = Buffer.from(JSON.stringify(entries));
		const length = Buffer.alloc(4);
		length.writeUInt32LE(index.length);
		const target = join(folder, "pglite-template.gz");
		writeFileSync(`${target}.part`, gzipSync(Buffer.concat([length, index, bytes]), { level: 9 }));
		renameSync(`${target}.part`, target);
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await makeTemplate(process.argv[2] ?? "dist");
