import type { NodeId } from "../core/node.ts";
import type { Draft } from "./draft.ts";
import { isEnabled } from "./draft.ts";
import { listOf, textOf } from "./patches.ts";
import { recordOr } from "./resolveConfig.ts";

interface TestedColumns {
	readonly unique: Set<string>;
	readonly disabledUnique: Set<string>;
	readonly notNull: Set<string>;
}

/**
 * The columns that identify a row of each model, as dbt infers them: a primary key constraint, else columns tested
 * both unique and not null, else those tested unique, else those whose test is disabled.
 */
export function inferPrimaryKey(drafts: readonly Draft[]): ReadonlyMap<NodeId, readonly string[]> {
	const tested = new Map<NodeId, TestedColumns>();
	for (const draft of drafts) collect(draft, tested);
	const keys = new Map<NodeId, readonly string[]>();
	for (const draft of drafts) {
		if (draft.kind !== "model") continue;
		const key = declaredKey(draft) ?? testedKey(tested.get(draft.unique_id));
		if (key.length > 0) keys.set(draft.unique_id, key);
	}
	return keys;
}

function collect(draft: Draft, tested: Map<NodeId, TestedColumns>): void {
	const { test, attached } = draft;
	if (test?.metadata == null || attached === null) return;
	const { name, kwargs } = test.metadata;
	const isUnique = name === "unique" || name === "unique_combination_of_columns";
	if (!isUnique && name !== "not_null") return;
	let columns = tested.get(attached);
	if (columns === undefined)
		tested.set(attached, (columns = { unique: new Set(), disabledUnique: new Set(), notNull: new Set() }));
	const names =
		typeof kwargs.column_name === "string"
			? [kwargs.column_name]
			: listOf(kwargs.combination_of_columns).filter((column): column is string => typeof column === "string");
	const set = !isUnique ? columns.notNull : isEnabled(draft) ? columns.unique : columns.disabledUnique;
	for (const column of names) set.add(column);
}

function declaredKey({ patch }: Draft): readonly string[] | undefined {
	if (patch === null) return undefined;
	const ofModel = patch.constraints.map(recordOr).find(({ type }) => type === "primary_key");
	if (ofModel !== undefined) return listOf(ofModel.columns).map(textOf);
	const column = patch.columns.find(({ record }) =>
		listOf(record.constraints).some((constraint) => recordOr(constraint).type === "primary_key"),
	);
	return column === undefined ? undefined : [textOf(column.record.name)];
}

function testedKey(columns: TestedColumns | undefined): readonly string[] {
	if (columns === undefined) return [];
	const { unique, disabledUnique, notNull } = columns;
	const both = [...unique, ...disabledUnique].filter((column) => notNull.has(column));
	if (both.length > 0) return [...new Set(both)].sort();
	return [...(unique.size > 0 ? unique : disabledUnique)].sort();
}
