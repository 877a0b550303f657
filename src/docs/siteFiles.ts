import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fail } from "../core/diagnostic.ts";
import { makeFolders } from "../core/makeFolders.ts";

/** Puts the files of a site where they belong; data files under names that hold a digest of their content. */
export interface SiteFiles {
	/** `graph` and its JSON → `data/graph.0f3a….json`. A file that stands there already is the same and stays. */
	data(name: string, json: string): string;
	/** A file whose name is given. */
	file(name: string, content: string | Uint8Array): void;
	/** Removes what earlier sites left in the folder. */
	finish(): void;
	/** Of all files, by name. */
	readonly sizes: ReadonlyMap<string, number>;
	/** Texts of data files by name, where the site will be one file. */
	readonly kept: ReadonlyMap<string, string>;
}

/** Files of an earlier site that this one may not have. What others put into the folder (a CNAME, a robots.txt) stays. */
const OWN = /^(?:data\/.+\.json|[\w-]+\.[A-Z0-9]{8}\.(?:js|css))$/;
const isSite = (path: string): boolean => existsSync(path) && readFileSync(path, "utf8").includes('id="index"');

/** Throws TFM-DOCS-010 for a folder with other people's files. */
export function createSiteFiles(folder: string, keep: boolean): SiteFiles {
	if (existsSync(folder)) {
		// A command that was stopped leaves data without a page.
		const strangers = readdirSync(folder).filter(
			(name) => !/^(?:data|\.spool|\.nojekyll)$/.test(name) && !OWN.test(name),
		);
		if (strangers.length > 0 && !isSite(join(folder, "index.html"))) fail("TFM-DOCS-010", { folder });
	}
	const sizes = new Map<string, number>();
	const kept = new Map<string, string>();
	const write = (name: string, content: string | Uint8Array, same: boolean): void => {
		const path = join(folder, name);
		const bytes = typeof content === "string" ? Buffer.from(content) : content;
		sizes.set(name, bytes.length);
		if (same && statSync(path, { throwIfNoEntry: false })?.size === bytes.length) return;
		makeFolders(dirname(path), { existsSync, mkdirSync });
		writeFileSync(`${path}.part`, bytes);
		renameSync(`${path}.part`, path);
	};
	return {
		sizes,
		kept,
		data(name, json) {
			const digest = createHash("sha256").update(json).digest("hex").slice(0, 10);
			const path = `data/${name}.${digest}.json`;
			if (keep) {
				kept.set(path, json);
				sizes.set(path, Buffer.byteLength(json));
			} else write(path, json, true);
			return path;
		},
		file: (name, content) => write(name, content, false),
		finish() {
			for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
				const path = join(entry.parentPath ?? entry.path, entry.name);
				const name = relative(folder, path).replaceAll("\\", "/");
				if (entry.isFile() && OWN.test(name) && !sizes.has(name)) rmSync(path);
			}
		},
	};
}
