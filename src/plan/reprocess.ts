/**
 * Models that are computed again in whole groups (`reprocess_by`): which groups are touched, and the query that gives
 * these and no others. The rows that the model's own query finds new say which; their keys stand in a table of their own
 * while the node is built.
 */
import type { BuildDialect } from "../core/buildDialect.ts";
import { fail } from "../core/diagnostic.ts";
import type { BuildInput, Plan } from "../core/plan.ts";
import type { RelationName } from "../core/relation.ts";
import { suggestName } from "../core/suggestName.ts";
import { columnsOf, execute, query, wholeSql } from "./ask.ts";
import { columnNamed } from "./columnNamed.ts";
import { keysOf } from "./delta.ts";
import type { IncrementalConfig } from "./incrementalConfig.ts";

/** The touched groups. */
export interface Groups {
	readonly keys: RelationName;
	/** True for the rows of these groups, over the columns of the model. Null is a group like any other. */
	readonly condition: string;
	/** How many there are. */
	readonly count: number;
}

/** So few are compared one by one, which the planner can push down to an index below aggregates and window functions. */
const FEW = 200;

const plain = (input: BuildInput, relation: RelationName): string => input.dialect.building.nameOf(relation);

function conditionOf(
	{ asOne, amongFew }: BuildDialect,
	{ keys, columns }: { readonly keys: string; readonly columns: readonly string[] },
	found: { count: number; nulls: boolean },
): string {
	const list = columns.join(", ");
	if (found.count === 0) return "false";
	if (columns.length > 1)
		return found.nulls
			? `${asOne(columns)} in (select ${asOne(columns)} from ${keys})`
			: `(${list}) in (select ${list} from ${keys})`;
	const known = `select ${list} from ${keys} where ${list} is not null`;
	const among = found.count <= FEW ? amongFew(list, known) : `${list} in (${known})`;
	return found.nulls ? `(${among} or ${list} is null)` : among;
}

/** Adds the groups of the rows that `sql` gives; the first time makes the table for them. */
export function* gatherKeys(
	input: BuildInput,
	config: IncrementalConfig,
	{ sql, first }: { readonly sql: string; readonly first: boolean },
): Plan<void> {
	const keys = plain(input, keysOf(input.standsAt));
	const list = config.key.join(", ");
	const { sql_header: header } = input.node.config;
	const before = typeof header === "string" && header.trim() !== "" ? `${header}\n` : "";
	const found = `select distinct ${list} from (\n${sql}\n) as touched`;
	const known = `select ${list} from ${keys}`;
	yield* execute(
		`${before}${first ? `drop table if exists ${keys};\ncreate table ${keys} as ${found}` : `insert into ${keys} ${found} except ${known}`}`,
		"build",
	);
}

/** What was gathered. */
export function* groupsOf(input: BuildInput, config: IncrementalConfig): Plan<Groups> {
	const keys = keysOf(input.standsAt);
	const from = plain(input, keys);
	const { building } = input.dialect;
	for (const sql of building.analyze(from)) yield* execute(sql, "touched groups");
	const missing = config.key.map((column) => `${column} is null`).join(" or ");
	const { rows } = yield* query(
		`select count(*), coalesce(${building.anyTrue(missing)}, false) from ${from}`,
		"touched groups",
	);
	const count = Number(rows[0]?.[0] ?? 0);
	return {
		keys,
		count,
		condition: conditionOf(building, { keys: from, columns: config.key }, { count, nulls: rows[0]?.[1] === true }),
	};
}

/** The model's whole query, of the touched groups alone. */
export function* groupsSql(groups: Groups): Plan<string> {
	return `select * from (\n${yield* wholeSql()}\n) as reprocessed\nwhere ${groups.condition}`;
}

/** Gives the keys the types of the table, once the rows have been found by them. */
function* fitKeys(input: BuildInput, config: IncrementalConfig, groups: Groups): Plan<void> {
	const types = new Map((yield* columnsOf(input.target)).map((c) => [c.name, c.type] as const));
	const columns = yield* columnsOf(groups.keys);
	const wanted = columns.flatMap(({ name }) => (types.has(name) ? [{ name, type: types.get(name)! }] : []));
	if (config.key.length === 0 || columns.every((c) => (types.get(c.name) ?? c.type) === c.type)) return;
	const statements = input.dialect.building.fitRows(plain(input, groups.keys), { columns, wanted, key: [] });
	yield* execute(statements.join(";\n"), "touched groups");
}

/**
 * Whether the table has rows of touched groups that no new row stands for by its key: those of a group that gives no rows
 * any more, and those without a key. Deleting by the keys of the new rows would leave them.
 */
export function* leavesRows(
	input: BuildInput,
	config: IncrementalConfig,
	{ groups, delta }: { readonly groups: Groups; readonly delta: RelationName },
): Plan<boolean> {
	if (groups.count === 0) return false;
	yield* fitKeys(input, config, groups);
	const same = config.key.map((column) => `fresh.${column} = standing.${column}`).join(" and ");
	const { rows } = yield* query(
		`select count(*) > 0 from (
    select 1 as found from (select * from ${plain(input, input.target)} where ${groups.condition}) as standing
    where not exists (select 1 from ${plain(input, delta)} as fresh where ${same})
    limit 1
) as left_over`,
		"touched groups",
	);
	return rows[0]?.[0] === true;
}

/** Takes the rows of the touched groups out of a copy of the table. */
export function* deleteGroups(input: BuildInput, groups: Groups, from: RelationName): Plan<void> {
	yield* execute(`delete from ${plain(input, from)} where ${groups.condition}`, "touched groups");
}

export function* dropKeys(input: BuildInput): Plan<void> {
	yield* execute(`drop table ${plain(input, keysOf(input.standsAt))}`, "touched groups");
}

/** The first run would not need the key yet; that it is misspelt must not wait for the second one. */
export function* checkGroupColumns(input: BuildInput, config: IncrementalConfig, built: RelationName): Plan<void> {
	const names = (yield* columnsOf(built)).map((column) => column.name);
	const lost = config.key.find((key) => !names.includes(columnNamed(key, input.dialect.fold) ?? ""));
	if (lost === undefined) return;
	const suggestion = suggestName(lost, names);
	const problem = `names "${lost}", which is not a column of the model${suggestion === undefined ? "" : `; is it ${suggestion}?`}`;
	fail("TFM-INC-011", { node: input.node.name, config: "reprocess_by", problem }, { at: input.node.location });
}
