import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../core/diagnostic.ts";
import { type Json, objectOf, textOf } from "./artifact.ts";

export interface SourceAge {
	readonly status: string;
	readonly maxLoadedAt: string | null;
	/** Seconds. */
	readonly age: number | null;
}

/** How old each source was when it was looked at last, from sources.json; empty where nobody looked. */
export function readSourceAges(target: string): ReadonlyMap<string, SourceAge> {
	const ages = new Map<string, SourceAge>();
	for (const value of arrayOf(readSmallJson(target, "sources.json")?.results)) {
		const result = objectOf(value);
		ages.set(textOf(result.unique_id), {
			status: textOf(result.status),
			maxLoadedAt: textOf(result.max_loaded_at) || null,
			age: typeof result.max_loaded_at_time_ago_in_s === "number" ? result.max_loaded_at_time_ago_in_s : null,
		});
	}
	return ages;
}

export const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** An artifact that is small enough to be read at once; null: it is not there. */
export function readSmallJson(target: string, file: string): Json | null {
	const path = join(target, file);
	if (!existsSync(path)) return null;
	try {
		return objectOf(JSON.parse(readFileSync(path, "utf8")));
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		return fail("TFM-DOCS-002", { file: path, problem: error.message });
	}
}
