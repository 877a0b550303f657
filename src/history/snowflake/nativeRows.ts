import type { StateStore } from "../../core/state.ts";
import { instant, type Tables, text } from "../tables.ts";
import { mergeRows } from "./tables.ts";

type NativeRows = Pick<StateStore, "nativeRelations" | "saveNativeRelation" | "lastNativeResult" | "saveNativeResults">;

/** Results that the warehouse found by itself belong to no run: what stands in the place of its id. */
const runOf = (schema: string, at: string): string => `native:${schema}:${at}`;

/** Which relations carry native tests, and what those found. */
export function createNativeRows({ raw, rowsOf }: Tables): NativeRows {
	return {
		async nativeRelations(session, project) {
			const rows = await rowsOf(
				session,
				raw("select table_schema, table_name from tfm_state.native_relations where project = ?", [project]),
			);
			return new Set(rows.map((row) => `${text(row, "table_schema")}\0${text(row, "table_name")}`));
		},

		saveNativeRelation: (project, { schema: table_schema, identifier: table_name }, carries) =>
			carries
				? [
						mergeRows(
							"native_relations",
							[{ project, table_schema, table_name }],
							["project", "table_schema", "table_name"],
						),
					]
				: [
						raw("delete from tfm_state.native_relations where project = ? and table_schema = ? and table_name = ?", [
							...[project, table_schema, table_name],
						]),
					],

		async lastNativeResult(session, { project, schema }) {
			const rows = await rowsOf(
				session,
				raw(
					'select max("AT") as newest from tfm_state.test_results where project = ? and startswith(run_id, ?) having max("AT") is not null',
					[project, runOf(schema, "")],
				),
			);
			const [row] = rows;
			return row === undefined ? null : instant(row, "newest");
		},

		saveNativeResults: ({ project, schema }, rows) =>
			rows.length === 0
				? []
				: [
						mergeRows(
							"test_results",
							rows.map(({ column: column_name, ...rest }) => ({
								...{ run_id: runOf(schema, rest.at), project, ...rest, column_name },
							})),
							["run_id", "test"],
						),
					],
	};
}
