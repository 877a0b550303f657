import type { Plain } from "../core/node.ts";
import type { Draft } from "./draft.ts";
import { textOf } from "./patches.ts";
import { recordOr } from "./resolveConfig.ts";

/**
 * Files that hold another signature of a function, named by `overloads: [{defined_in: …}]`, are no functions of their
 * own: they are taken out of the list, and their text goes to the function (dbt's `raw_body`).
 */
export function takeOverloads(drafts: readonly Draft[]): readonly Draft[] {
	const functions = new Map(
		drafts.filter(({ kind }) => kind === "function").map((draft) => [`${draft.package_name}.${draft.name}`, draft]),
	);
	const taken = new Set<Draft>();
	for (const draft of functions.values()) {
		const { patch } = draft;
		const signature = patch?.signature ?? null;
		if (patch === null || signature === null || signature.overloads.length === 0) continue;
		const overloads = signature.overloads.map((overload): Plain => {
			const name = textOf(recordOr(overload).defined_in).replace(/\.(sql|py|js)$/i, "");
			const body = functions.get(`${draft.package_name}.${name}`);
			if (body === undefined || body === draft) return overload;
			taken.add(body);
			return { ...recordOr(overload), raw_body: body.raw_code };
		});
		draft.patch = { ...patch, signature: { ...signature, overloads } };
	}
	return taken.size === 0 ? drafts : drafts.filter((draft) => !taken.has(draft));
}
