/** What new rows with other columns mean for the table that they go into, decided as dbt decides it. */
import type { BuildDialect } from "../core/buildDialect.ts";
import { fail } from "../core/diagnostic.ts";
import type { BuildInput } from "../core/plan.ts";
import type { ColumnInfo } from "../core/relation.ts";
import type { IncrementalConfig } from "./incrementalConfig.ts";

export interface Column {
	readonly name: string;
	/** As printed by the catalog: `character varying(20)`. */
	readonly type: string;
}

export interface Shape {
	/** The table as it will be, in its order; `was`: the column is there now, `has`: the new rows bring it. */
	readonly columns: readonly (Column & { readonly was: boolean; readonly has: boolean })[];
	/** dbt's dest_columns: those that are inserted. */
	readonly inserted: readonly Column[];
	readonly added: readonly Column[];
	readonly dropped: readonly string[];
	/** Columns of the table whose type changes: only a copy of it can have them. */
	readonly retyped: readonly Column[];
}

/**
 * A text column that is too short for the new rows grows, as dbt's expand_target_column_types has it. dbt would also
 * cut `text` down to a length; a column without one stays as it is here.
 */
function grownType({ textSize, textType }: BuildDialect, target: string, source: string): string | null {
	const [has, wants] = [textSize(target), textSize(source)];
	if (has === null || wants === null || wants <= has || !target.includes("(")) return null;
	return textType(wants);
}

const isOtherType = ({ sameType, textSize }: BuildDialect, source: string, target: string): boolean => {
	if (sameType(source, target)) return false;
	const [wants, has] = [textSize(source), textSize(target)];
	return wants === null || has === null || has <= wants;
};

/** `target`, `delta`: in their order. Throws TFM-INC-004 and 005. */
export function shapeOf(
	input: BuildInput,
	config: Pick<IncrementalConfig, "onSchemaChange" | "contract">,
	found: { readonly target: readonly ColumnInfo[]; readonly delta: readonly ColumnInfo[] },
): Shape {
	const { node } = input;
	const { building } = input.dialect;
	const { onSchemaChange } = config;
	const places = { at: node.location };
	const fresh = new Map(found.delta.map((c) => [c.name, c.type] as const));
	const grown: Column[] = config.contract
		? []
		: found.target.flatMap(({ name, type }) => {
				const grows = fresh.has(name) ? grownType(building, type, fresh.get(name)!) : null;
				return grows === null ? [] : [{ name, type: grows }];
			});
	const now = new Map(found.target.map((c) => [c.name, c.type] as const));
	for (const { name, type } of grown) now.set(name, type);

	const added = found.delta.filter((c) => !now.has(c.name)).map(({ name, type }) => ({ name, type }));
	const removed = found.target.filter((c) => !fresh.has(c.name)).map((c) => c.name);
	const changed = found.delta
		.filter((c) => now.has(c.name) && isOtherType(building, c.type, now.get(c.name)!))
		.map(({ name, type }) => ({ name, type }));

	if (onSchemaChange === "ignore" && removed.length > 0)
		fail("TFM-INC-004", { node: node.name, columns: removed }, places);
	if (onSchemaChange === "fail" && added.length + removed.length + changed.length > 0)
		fail(
			"TFM-INC-005",
			{
				node: node.name,
				added: added.map((c) => c.name),
				removed,
				retyped: changed.map((c) => `${c.name} (${now.get(c.name)!} → ${c.type})`),
			},
			places,
		);

	const adds = onSchemaChange === "append_new_columns" || onSchemaChange === "sync_all_columns" ? added : [];
	const drops = onSchemaChange === "sync_all_columns" ? removed : [];
	const retypes = onSchemaChange === "sync_all_columns" ? changed : [];
	for (const { name, type } of retypes) now.set(name, type);
	const stays = found.target.filter((c) => !drops.includes(c.name));
	const columns = [
		...stays.map(({ name }) => ({ name, type: now.get(name)!, was: true, has: fresh.has(name) })),
		...adds.map((c) => ({ ...c, was: false, has: true })),
	];
	const types = new Map(columns.map((c) => [c.name, c.type] as const));
	const names = onSchemaChange === "ignore" ? stays : found.delta;
	return {
		columns,
		inserted: names.flatMap(({ name }) => (types.has(name) ? [{ name, type: types.get(name)! }] : [])),
		added: adds,
		dropped: drops,
		retyped: [...grown.filter((g) => !retypes.some((r) => r.name === g.name)), ...retypes],
	};
}
