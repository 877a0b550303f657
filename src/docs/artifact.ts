import { fail } from "../core/diagnostic.ts";
import { BrokenJson, type JsonEntry, jsonEntries } from "./jsonEntries.ts";

/** An object of an artifact, whose fields may hold anything: others write artifacts, too. */
export type Json = { readonly [key: string]: unknown };

export const objectOf = (value: unknown): Json =>
	typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
export const stringsOf = (value: unknown): readonly string[] =>
	Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];

/** The artifact's metadata and the entries of these sections. Throws TFM-DOCS-002 for a file that cannot be read. */
export function* artifactEntries(
	path: string,
	sections: ReadonlySet<string>,
	whole: ReadonlySet<string> = new Set(["metadata"]),
): Generator<JsonEntry> {
	try {
		yield* jsonEntries(path, { sections, whole });
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (error instanceof BrokenJson) fail("TFM-DOCS-002", { file: path, problem: error.message });
		if (code === "ENOENT") fail("TFM-DOCS-002", { file: path, problem: "it is not there" });
		if (code === "EISDIR" || code === "EACCES") fail("TFM-DOCS-002", { file: path, problem: code });
		throw error;
	}
}

/** Throws TFM-DOCS-001 for a version that the site is not made of. */
export function checkVersion(path: string, metadata: Json, wanted: RegExp, name: string): void {
	const version = textOf(metadata.dbt_schema_version);
	if (wanted.test(version)) return;
	fail("TFM-DOCS-001", { file: path, found: foundVersion(version), wanted: name });
}

export const foundVersion = (version: string): string =>
	version === "" ? "no version" : `the version ${version.replace(/^https:\/\/schemas\.getdbt\.com\//, "")}`;
