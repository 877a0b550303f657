import type { Plain } from "../core/node.ts";
import type { YamlDocument } from "../yaml/readYaml.ts";
import { dumpYaml } from "./lockFile.ts";

export interface NewEntry {
	/** `dbt-labs/dbt_utils`, an address of git, a folder. */
	readonly name: string;
	readonly version: string | null;
	readonly source: "hub" | "git" | "local";
}

export interface AddedEntry {
	readonly text: string;
	/** What stood for the same package and was taken out. */
	readonly replaced: readonly string[];
}

type Entry = { readonly [key: string]: Plain };

/** `name@version` as typed. An address of git holds `@` too: only what follows the last one, without `/`, is a version. */
export function splitVersion(typed: string): { name: string; version: string | null } {
	const [, name, version] = /^(.+)@([^@/:]+)$/.exec(typed) ?? [];
	return name === undefined || version === undefined ? { name: typed, version: null } : { name, version };
}

/**
 * The list with one entry more; an entry of the same package (by dbt's rule: its last name, `-` and `_` alike) gives
 * way. Comments and templates of the other entries stay as they are. `document` is null when there is no file.
 */
export function addEntry(document: YamlDocument | null, entry: NewEntry): AddedEntry {
	const text = document?.text ?? "";
	const entries = listed(document);
	const replaced = entries.filter((other) => sameAs(addressOf(other), entry.name));
	const added = dumpYaml([toYaml(entry)], false)
		.trimEnd()
		.split("\n")
		.map((line) => `  ${line}`);
	if (document === null || entries.length === 0 || inline(document))
		return { text: rewritten(text, document, entries, replaced, entry), replaced: replaced.map(addressOf) };

	const lines = text.split("\n");
	const starts = entries.map((_, i) => document.keyPlace(["packages", i]).line - 1);
	const indent = /^\s*/.exec(lines[starts[0] ?? 0] ?? "")?.[0] ?? "  ";
	const end = endOfList(lines, starts.at(-1) ?? 0, indent);
	const kept = lines.map((line, number): string | null => {
		const owner = starts.findLastIndex((start) => start <= number);
		const other = entries[owner];
		return number < end && other !== undefined && replaced.includes(other) && !/^\s*(#|$)/.test(line) ? null : line;
	});
	kept.splice(end, 0, ...added.map((line) => indent + line.slice(2)));
	return {
		text: kept.filter((line) => line !== null).join("\n"),
		replaced: replaced.map(addressOf),
	};
}

const listed = (document: YamlDocument | null): readonly Entry[] => {
	const value = (document?.value ?? null) as Entry | null;
	const list = value?.packages ?? [];
	return Array.isArray(list) ? (list as readonly Entry[]) : [];
};

/** `packages: [{…}]` has no lines of its own to keep. */
const inline = (document: YamlDocument): boolean => {
	const line = document.text.split("\n")[document.keyPlace(["packages", 0]).line - 1] ?? "";
	return !/^\s*- /.test(line);
};

/** The line after the last one that belongs to the list; blank lines and comments at its end stay behind it. */
function endOfList(lines: readonly string[], last: number, indent: string): number {
	let end = last + 1;
	for (let i = last + 1; i < lines.length; i++) {
		const line = lines[i] ?? "";
		if (/^\s*(#|$)/.test(line)) continue;
		if (!line.startsWith(`${indent} `)) break;
		end = i + 1;
	}
	return end;
}

function rewritten(
	text: string,
	document: YamlDocument | null,
	entries: readonly Entry[],
	replaced: readonly Entry[],
	entry: NewEntry,
): string {
	const others = { ...((document?.value ?? {}) as Entry) };
	delete others.packages;
	const packages = [...entries.filter((other) => !replaced.includes(other)), toYaml(entry)];
	const comments = text.split("\n").filter((line) => line.startsWith("#"));
	return [...comments, dumpYaml({ ...others, packages }, false)].join("\n");
}

function toYaml({ name, version, source }: NewEntry): Entry {
	const key = source === "hub" ? "package" : source;
	if (version === null) return { [key]: name };
	const bounds = version.split(",");
	return { [key]: name, [source === "git" ? "revision" : "version"]: bounds.length > 1 ? bounds : version };
}

const addressOf = (entry: Entry): string =>
	(["package", "git", "local", "tarball", "private"].map((key) => entry?.[key]).find((v) => typeof v === "string") as
		| string
		| undefined) ?? "";

function sameAs(address: string, name: string): boolean {
	const plain = (text: string): string => text.replaceAll("-", "_");
	const wanted = plain(name);
	const last = wanted.split("/").at(-1) ?? wanted;
	const here = plain(address);
	return here === wanted || here.split(/[/.]/).includes(last.replace(/\.git$/, ""));
}
