import type { DynamicTable, Table } from "../catalog/catalog.ts";
import { change, type Statement, together, translateQuery } from "./statement.ts";

/** Rows again from the query, read in the context it was written in. */
export async function refreshDynamicTable(statement: Statement, table: Table, dynamic: DynamicTable): Promise<void> {
	const { sql, database, schema } = dynamic.query;
	const inside: Statement = { ...statement, session: { ...statement.session, database, schema } };
	const query = translateQuery(statement.runtime.parse(sql), inside);
	await together(statement, async () => {
		await change(statement, `delete from main.${table.storage}`);
		await change(statement, `insert into main.${table.storage} ${query}`);
	});
	statement.runtime.catalog.changed(table);
}
