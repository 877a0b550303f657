import { type Place, SnowflakeError, unsupported } from "../snowflakeError.ts";
import { literal } from "../sql/names.ts";
import { scan } from "../sql/scan.ts";

/** As the driver sends them: `{ "1": { type: "FIXED", value: "5" } }`, with an array of values for several rows. */
export type WireBinds = Readonly<
	Record<string, { readonly type: string; readonly value: string | null | readonly (string | null)[] }>
>;

export interface Binds {
	/** How many rows the variables hold; 1 unless they are arrays. */
	readonly rows: number;
	/** The value for `?` at its place, or for `:2`, as a literal. Throws 002049 for one that was not sent. */
	literal(written: string, place: Place | undefined, row: number): string;
}

export function createBinds(sql: string, sent: WireBinds = {}): Binds {
	const marks = scan(sql).filter(({ kind, text }) => kind === "symbol" && text === "?");
	const lengths = Object.values(sent).flatMap(({ value }) => (Array.isArray(value) ? [value.length] : []));
	return {
		rows: lengths[0] ?? 1,
		literal: (written, place, row) => {
			const index =
				written === "?"
					? marks.findIndex(({ line, pos }) => line === place?.line && pos === place.pos) + 1
					: Number(written.slice(1));
			const variable = sent[String(index)];
			if (variable === undefined)
				throw new SnowflakeError("002049", "42601", `SQL compilation error:\nBind variable ${written} not set.`, place);
			const value = Array.isArray(variable.value) ? variable.value[row] : variable.value;
			return value === null || value === undefined ? "null" : bound(variable.type, String(value));
		},
	};
}

function bound(type: string, value: string): string {
	switch (type) {
		case "TEXT":
			return literal(value);
		case "FIXED":
		case "REAL":
			if (!/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(value)) throw unsupported(`the number ${value} as a bind variable`);
			return type === "REAL" ? `cast(${value} as double)` : value;
		case "BOOLEAN":
			return String(/^(true|1)$/i.test(value));
		case "DATE":
			return `cast(make_timestamp(${value} * 1000) as date)`;
		case "TIMESTAMP_NTZ":
			return `make_timestamp(${value} // 1000)`;
		case "TIMESTAMP_LTZ":
			return `cast(make_timestamp(${value} // 1000) as timestamptz)`;
		case "TIME":
			return `cast(make_timestamp(${value} // 1000) as time)`;
		case "BINARY":
			return `unhex(${literal(value)})`;
		default:
			throw unsupported(`a bind variable of the type ${type}`);
	}
}
