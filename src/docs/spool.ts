import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../core/makeFolders.ts";
import { SHARDS, shardOf } from "./siteData.ts";

/** Characters kept of a shard before they are written. */
const HELD = 64 * 1024;

/**
 * What the pages of 256 shards will need, on the disk until their turn comes: all the SQL of a project passes through
 * here and is never in memory at once.
 */
export interface Spool {
	add(node: string, record: unknown): void;
	/** Records of a shard in the order in which they came. */
	take(shard: number): readonly unknown[];
}

export function createSpool(folder: string): Spool {
	const held: string[][] = Array.from({ length: SHARDS }, () => []);
	const sizes = new Int32Array(SHARDS);
	const path = (shard: number): string => join(folder, `${shard}.ndjson`);
	const written = new Set<number>();
	makeFolders(folder, { existsSync, mkdirSync });
	return {
		add(node, record) {
			const shard = shardOf(node);
			const line = `${JSON.stringify([node, record])}\n`;
			held[shard]!.push(line);
			sizes[shard]! += line.length;
			if (sizes[shard]! < HELD) return;
			appendFileSync(path(shard), held[shard]!.join(""));
			written.add(shard);
			held[shard] = [];
			sizes[shard] = 0;
		},
		take(shard) {
			const text = (written.has(shard) ? readFileSync(path(shard), "utf8") : "") + held[shard]!.join("");
			held[shard] = [];
			if (written.delete(shard)) rmSync(path(shard));
			return text === ""
				? []
				: text
						.trimEnd()
						.split("\n")
						.map((line): unknown => JSON.parse(line));
		},
	};
}
