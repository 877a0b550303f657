import { hash } from "node:crypto";
import type { RelationName } from "../../../core/relation.ts";

/** `C`: candidates; `G`: previous generations that are kept. */
type ShadowKind = "C" | "G";

const MAX = 255;

const digest = (...parts: readonly string[]): string =>
	hash("sha256", parts.join("\0"), "hex").slice(0, 10).toUpperCase();

const named = (kind: ShadowKind, digits: string, schema: string): string =>
	`TFM_${kind}_${digits}_${schema}`.slice(0, MAX);

/**
 * `TFM_C_<hash>_<SCHEMA>`: as a bare name would be stored, so that nobody has to quote it. The hash keeps two projects
 * that write to one schema apart.
 */
export const candidateOf = (project: string, target: RelationName): RelationName => ({
	...target,
	schema: named("C", digest(project, target.schema), target.schema),
});

/** One schema for each run that published. */
export const generationOf = (project: string, target: RelationName, publishedBy: string): RelationName => ({
	...target,
	schema: named("G", digest(project, target.schema, publishedBy), target.schema),
});

/** Beside its target, for a role that may make no schemas; two runs' candidates of one target are apart by `owner`. */
export const candidateBeside = (owner: string, project: string, target: RelationName): RelationName => ({
	...target,
	identifier: `TFM_C_${digest(owner, project, target.schema, target.identifier)}_${target.identifier}`.slice(0, MAX),
});

/** Where the new rows for a candidate's target stand: beside it. */
export const deltaOf = (candidate: RelationName): RelationName => ({
	...candidate,
	identifier: `TFM_D_${hash("sha256", candidate.identifier, "hex").slice(0, 12).toUpperCase()}`,
});
