/**
 * From the names a node was rendered with to the names it is published under.
 *
 * Inside a layer `ref()` renders the candidate's name. Rendering a second time with published names would run an
 * introspective template twice, against other relations, with perhaps other answers: the published text would not be
 * the text that was tested. So a node is rendered once, and the shadow schema's name is replaced wherever it stands. The
 * name holds a hash of project and schema (`tfm_c_<hash>_<schema>`), so it is nobody else's text.
 *
 * Known limit: a template that computes with a reference's text (an md5 of it) keeps what it computed.
 */
import type { RelationName } from "../core/relation.ts";

export type ToPublished = (text: string) => string;

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** How a name can stand in SQL: bare or in quotes, doubled inside a quoted identifier, doubled inside a string. */
const spellings: readonly ((name: string) => string)[] = [
	(name) => name,
	(name) => name.replaceAll('"', '""'),
	(name) => name.replaceAll("'", "''"),
];

/** The names of candidates that stand beside their targets: too many for a pattern of each. */
const BESIDE = /tfm_c_[0-9a-f]{16}/g;

/** `moves`: every candidate of the run with its target. */
export function createToPublished(
	moves: Iterable<{ readonly candidate: RelationName; readonly target: RelationName }>,
): ToPublished {
	const published = new Map<string, string>();
	let beside = false;
	for (const { candidate, target } of moves)
		if (candidate.schema !== target.schema)
			for (const spell of spellings) published.set(spell(candidate.schema), spell(target.schema));
		else {
			beside = true;
			published.set(candidate.identifier, target.identifier);
		}
	if (published.size === 0) return (text) => text;
	// Longest first: where a cut name is the beginning of another, the whole name wins.
	const names = [...published.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
	const pattern = beside ? BESIDE : new RegExp(names.map(escapeRegExp).join("|"), "g");
	return (text) => text.replace(pattern, (name) => published.get(name) ?? name);
}
