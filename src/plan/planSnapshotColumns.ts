import type { BuildDialect } from "../core/buildDialect.ts";
import type { ColumnInfo } from "../core/relation.ts";

interface Column {
	readonly name: string;
	readonly type: string;
}

/** How the columns of the changes relate to those of the snapshot's table. */
export interface ChangedColumns {
	/** Columns of the query that the table does not have yet; added, never dropped (dbt). */
	readonly added: readonly Column[];
	/** Text columns of the table that must become longer. */
	readonly widened: readonly Column[];
	/** Names that the merge inserts. */
	readonly inserted: readonly string[];
	/** All columns that the table will have, in order: whether the table has them now, and whether the changes do. */
	readonly columns: readonly (Column & { readonly old: boolean; readonly new: boolean })[];
}

export const isKeyColumn = (name: string): boolean => /^dbt_unique_key(_\d+)?$/i.test(name);

/** Columns that only say what to do with a row. */
const isWorking = (name: string): boolean => name.toLowerCase() === "dbt_change_type" || isKeyColumn(name);

/**
 * A text column with a length grows to that of the query's, as dbt's expand_target_column_types has it. dbt would also
 * cut `text` down to a length above 256; a column without one stays as it is.
 */
function widerType({ textSize, textType }: BuildDialect, table: string, fresh: string): string | null {
	const [has, needs] = [textSize(table), textSize(fresh)];
	if (has === null || needs === null || needs <= has || !table.includes("(")) return null;
	return textType(needs);
}

/** `table`: the snapshot; `fresh`: the changes. Both as the catalog lists them. */
export function compareColumns(
	building: BuildDialect,
	table: readonly ColumnInfo[],
	fresh: readonly ColumnInfo[],
): ChangedColumns {
	const brought = fresh.filter((c) => !isWorking(c.name));
	const has = new Map(table.map((c) => [c.name, c.type]));
	const brings = new Map(brought.map((c) => [c.name, c.type]));
	const plain = ({ name, type }: ColumnInfo): Column => ({ name, type });
	const added = brought.filter((c) => !has.has(c.name)).map(plain);
	const widened = table.flatMap(({ name, type }) => {
		const freshType = brings.get(name);
		const wider = freshType === undefined ? null : widerType(building, type, freshType);
		return wider === null ? [] : [{ name, type: wider }];
	});
	const wide = new Map(widened.map((c) => [c.name, c.type]));
	const typeOf = (c: ColumnInfo): string => wide.get(c.name) ?? c.type;
	return {
		added,
		widened,
		inserted: brought.map((c) => c.name),
		columns: [
			...table.map((c) => ({ name: c.name, type: typeOf(c), old: true, new: brings.has(c.name) })),
			...added.map((c) => ({ ...c, old: false, new: true })),
		],
	};
}
