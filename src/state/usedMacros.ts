import { createHash } from "node:crypto";
import type { Manifest } from "../core/manifest.ts";
import { plainText } from "./plainText.ts";

/** Macros that come with the tool change with its version and not with the project. */
const BUILT_IN = /^macro\.(?:dbt|dbt_postgres|dbt_snowflake)\./;

export interface UsedMacro {
	readonly id: string;
	/** Of its text without comments and space. */
	readonly hash: string;
	readonly text: string;
}

/** The macros of the project and its packages that a list of macros leads to, themselves included; sorted by id. */
export function usedMacros({ macros }: Pick<Manifest, "macros">): (ids: readonly string[]) => readonly UsedMacro[] {
	const known = new Map<string, UsedMacro>();
	const reached = new Map<string, readonly UsedMacro[]>();
	const macroOf = (id: string): UsedMacro => {
		let found = known.get(id);
		if (found === undefined) {
			const text = macros.get(id)?.macro_sql ?? "";
			found = { id, text, hash: createHash("sha256").update(plainText(text)).digest("hex").slice(0, 16) };
			known.set(id, found);
		}
		return found;
	};
	const reach = (ids: readonly string[]): readonly UsedMacro[] => {
		const found = new Set<string>();
		const waiting = [...ids];
		for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
			if (found.has(id)) continue;
			found.add(id);
			waiting.push(...(macros.get(id)?.depends_on?.macros ?? []));
		}
		return [...found]
			.filter((id) => !BUILT_IN.test(id) && macros.has(id))
			.sort()
			.map(macroOf);
	};
	// Most nodes use one of a few sets of macros.
	return (ids) => {
		const key = ids.join("\0");
		let list = reached.get(key);
		if (list === undefined) {
			list = reach(ids);
			reached.set(key, list);
		}
		return list;
	};
}
