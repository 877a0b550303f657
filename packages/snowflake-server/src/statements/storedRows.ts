import type { Answer } from "../answer.ts";
import { literal, quoted } from "../sql/names.ts";
import { type ColumnType, duckType } from "../sql/types.ts";
import type { FromItem } from "../translate/environment.ts";

/** An earlier answer as a relation, for RESULT_SCAN. */
export function storedRows({ columns, rows }: Answer): FromItem {
	const names = columns.map(({ name }) => quoted(name)).join(", ");
	const typed = columns.map(({ name, type }) => `${fromWire(quoted(name), type)} as ${quoted(name)}`).join(", ");
	const values =
		rows.length === 0
			? `select ${columns.map(() => "null::varchar").join(", ")} where false`
			: `values ${rows
					.slice()
					.map((row) => `(${row.map((value) => (value === null ? "null::varchar" : literal(value))).join(", ")})`)
					.join(", ")}`;
	return { sql: `(select ${typed} from (${values}) as "·R"(${names}))` };
}

function fromWire(column: string, type: ColumnType): string {
	switch (type.name) {
		case "DATE":
			return `(date '1970-01-01' + cast(${column} as integer))`;
		case "TIME":
			return `(time '00:00:00' + to_seconds(cast(${column} as double)))`;
		case "TIMESTAMP_NTZ":
			return `cast(to_timestamp(cast(${column} as double)) as timestamp)`;
		case "TIMESTAMP_LTZ":
		case "TIMESTAMP_TZ":
			return `to_timestamp(cast(split_part(${column}, ' ', 1) as double))`;
		case "BINARY":
			return `unhex(${column})`;
		case "BOOLEAN":
			return `(${column} = '1')`;
		default:
			return `cast(${column} as ${duckType(type)})`;
	}
}
