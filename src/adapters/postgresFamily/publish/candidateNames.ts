import { hash } from "node:crypto";
import type { RelationName } from "../../../core/relation.ts";

/**
 * `c`: candidates; `g`: previous generations that are kept. Only inside the transaction of a publish: `o`, old relations,
 * and `n`, materialized views that are filled before the locks.
 */
export type ShadowKind = "c" | "o" | "g" | "n";

/** Cuts at the last whole character that fits: an identifier must stay valid UTF-8. */
export function cutToBytes(text: string, maxBytes: number): string {
	// A character takes three bytes at most where it is one of JavaScript's.
	if (text.length * 3 <= maxBytes) return text;
	const bytes = new TextEncoder().encode(text);
	if (bytes.length <= maxBytes) return text;
	let end = maxBytes;
	while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
	return new TextDecoder().decode(bytes.subarray(0, end));
}

/**
 * `tfm_c_<hash>_<schema>`. The hash keeps two projects that write to one schema apart, and two long schema names that
 * are cut alike; the readable rest is for people. Relation names never change, so that `select orders.id from
 * {{ ref('orders') }}` works on candidates.
 */
export function shadowSchema(kind: ShadowKind, project: string, schema: string, maxBytes: number): string {
	const digest = hash("sha256", `${project}\0${schema}`, "hex").slice(0, 10);
	return cutToBytes(`tfm_${kind}_${digest}_${schema}`, maxBytes);
}

/** Of any project. */
export const isShadowSchema = (kind: ShadowKind, schema: string): boolean =>
	new RegExp(`^tfm_${kind}_[0-9a-f]{10}_`).test(schema);

export const candidateOf = (project: string, target: RelationName, maxBytes: number): RelationName => ({
	...target,
	schema: shadowSchema("c", project, target.schema, maxBytes),
});

/** Where the new rows for a candidate's target stand: beside it, under a name that no model's can be cut to. */
export const deltaOf = (candidate: RelationName): RelationName => ({
	...candidate,
	identifier: `tfm_d_${hash("sha256", candidate.identifier, "hex").slice(0, 12)}`,
});

/** One schema for each run that published: relations, their indexes and constraints keep their names. */
export const generationOf = (
	project: string,
	target: RelationName,
	publishedBy: string,
	maxBytes: number,
): RelationName => ({
	...target,
	schema: cutToBytes(
		`tfm_g_${hash("sha256", `${project}\0${target.schema}\0${publishedBy}`, "hex").slice(0, 10)}_${target.schema}`,
		maxBytes,
	),
});
