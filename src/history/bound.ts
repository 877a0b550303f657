import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import type { CellValue } from "../core/resultTable.ts";

interface Native {
	readonly sql: string;
	readonly bindings?: readonly unknown[];
}

/** What knex built, as `$1` SQL with binds for a session. Schema builders give several statements. */
export function bound(query: Knex.QueryBuilder | Knex.SchemaBuilder | Knex.Raw): readonly BoundStatement[] {
	const built = query.toSQL() as unknown as { toNative?: () => Native } | readonly Native[];
	const list = Array.isArray(built) ? (built as readonly Native[]) : [(built as { toNative: () => Native }).toNative()];
	return list.map(({ sql, bindings = [] }) => ({ sql, binds: bindings as readonly CellValue[] }));
}
