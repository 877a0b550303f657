import type { Column } from "../catalog/catalog.ts";
import { SnowflakeError } from "../snowflakeError.ts";
import { type Name, quoted, snowflakeName } from "../sql/names.ts";
import { duckType, typeFromDuck } from "../sql/types.ts";
import type { ColumnDefinition } from "./columnDefinitions.ts";
import { change, run, type Statement, together } from "./statement.ts";

/** The columns that a query has. Throws 002022 for one without a name and 002025 for two of one name. */
export async function columnsOfQuery(statement: Statement, sql: string): Promise<readonly Column[]> {
	const described = (await run(statement, `describe ${sql}`)).getRows();
	const seen = new Set<Name>();
	return described.map(([written, type]) => {
		const name = snowflakeName(String(written));
		if (seen.has(name))
			throw new SnowflakeError("002025", "42S21", `SQL compilation error:\nduplicate column name '${name}'`);
		seen.add(name);
		return { name, type: typeFromDuck(String(type)), nullable: true, default: null, comment: null };
	});
}

/** A new table of DuckDB with these columns, filled by the query if there is one. Its name is the answer. */
export async function createStorage(
	statement: Statement,
	columns: readonly (Column & Partial<Pick<ColumnDefinition, "defaultSql">>)[],
	fill: string | null,
): Promise<string> {
	const storage = statement.runtime.engine.newStorage();
	const definitions = columns.map(
		({ name, type, nullable, defaultSql }) =>
			`${quoted(name)} ${duckType(type)}${defaultSql ? ` default ${defaultSql}` : ""}${nullable ? "" : " not null"}`,
	);
	await together(statement, async () => {
		await change(statement, `create table main.${storage} (${definitions.join(", ")})`);
		if (fill !== null) await change(statement, `insert into main.${storage} ${fill}`);
	});
	return storage;
}

export const dropStorage = (statement: Statement, storage: string): Promise<number> =>
	change(statement, `drop table main.${storage}`);
