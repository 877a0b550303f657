/** What `collect_freshness` and `collect_freshness_custom_sql` answer, as dbt's adapter reads it. */
import { fail } from "../../core/diagnostic.ts";
import type { FreshnessReading } from "../../core/freshness.ts";
import { PyDecimal, PyDict, toText, type Value } from "../../jinja/jinja.ts";
import type { BaseContext } from "../contextScope.ts";
import { MICROS_PER_DAY, MICROS_PER_SECOND } from "../modules/civil.ts";
import { PyDate, PyDateTime } from "../modules/dates.ts";
import { UTC } from "../modules/timezone.ts";
import { responseOf } from "./responseObject.ts";
import { TableObject } from "./tableObject.ts";

/** A source without rows was loaded infinitely long ago. */
const NEVER = new PyDateTime(1, 0, UTC);

/** Python's name of a cell's type. */
function typeName(cell: Value): string {
	if (cell instanceof PyDate) return "date";
	if (cell instanceof PyDecimal) return "Decimal";
	return typeof cell === "boolean" ? "bool" : typeof cell === "string" ? "str" : "int";
}

/** A time without a zone is taken for UTC. */
function utc(cell: Value, source: string): PyDateTime {
	if (!(cell instanceof PyDateTime)) return fail("TFM-FRESH-002", { type: typeName(cell), source });
	return cell.zone === null ? new PyDateTime(cell.ordinal, cell.micros, UTC) : cell.inZone(UTC);
}

/** Python's total_seconds(): microseconds that no double holds are rounded once, where the decimal text is read. */
function secondsBetween(from: PyDateTime, to: PyDateTime): number {
	const days = BigInt(to.ordinal - from.ordinal) * BigInt(MICROS_PER_DAY);
	const micros = days + BigInt(to.micros - from.micros);
	const [sign, size] = micros < 0n ? ["-", -micros] : ["", micros];
	const second = BigInt(MICROS_PER_SECOND);
	return Number(`${sign}${size / second}.${String(size % second).padStart(6, "0")}`);
}

function aged(loaded: Value, now: Value, source: string): Omit<FreshnessReading, "response"> {
	const at = utc(now, source);
	const max = loaded === null || loaded === undefined ? NEVER : utc(loaded, source);
	return { max_loaded_at: max.isoText("T"), snapshotted_at: at.isoText("T"), age: secondsBetween(max, at) };
}

/**
 * The ages of tables from what `get_relation_last_modified` returned: a row for each, its columns by name. By schema and
 * identifier in lower case, as dbt has them. Throws TFM-FRESH-002 and TFM-FRESH-003.
 */
export function changeReadings(returned: Value, macro: string): ReadonlyMap<string, FreshnessReading> {
	const table = returned instanceof PyDict ? returned.get("table") : returned;
	if (!(table instanceof TableObject))
		return fail("TFM-FRESH-003", { macro, problem: "it returned no result of a query" });
	const names = table.content.names.map((name) => name.toLowerCase());
	const place = (name: string): number => {
		const found = names.indexOf(name);
		return found === -1 ? fail("TFM-FRESH-003", { macro, problem: `its rows have no column ${name}` }) : found;
	};
	const [schema, identifier, modified, now] = ["schema", "identifier", "last_modified", "snapshotted_at"].map(place);
	return new Map(
		table.content.rows.map((row) => {
			const [at, name] = [toText(row[schema!] ?? null), toText(row[identifier!] ?? null)];
			return [changeKey(at, name), { ...aged(row[modified!]!, row[now!]!, `${at}.${name}`), response: {} }] as const;
		}),
	);
}

/** A table in an answer of `get_relation_last_modified`. */
export const changeKey = (schema: string, identifier: string): string =>
	`${schema.toLowerCase().trim()}\0${identifier.toLowerCase().trim()}`;

/**
 * The age of a source from what the macro returned: the result of a statement, or in older projects its table alone, of
 * which it warns as dbt does since 1.5.
 * Throws TFM-FRESH-002 and TFM-FRESH-003.
 */
export function freshnessReading(
	returned: Value,
	about: { readonly macro: string; readonly source: string; readonly write: BaseContext["write"] },
): FreshnessReading {
	if (returned instanceof TableObject)
		about.write({
			text: `${about.macro} returns a table alone: return the result of the statement, load_result(…), so that sources.json has what the database said`,
			info: true,
			remark: { name: "CollectFreshnessReturnSignature" },
		});
	const table = returned instanceof PyDict ? returned.get("table") : returned;
	if (!(table instanceof TableObject))
		return fail("TFM-FRESH-003", { macro: about.macro, problem: "it returned no result of a query" });
	const { rows, names } = table.content;
	const [row] = rows;
	if (rows.length !== 1 || row?.length !== 2)
		return fail("TFM-FRESH-003", { macro: about.macro, problem: `${rows.length} rows with ${names.length} columns` });
	const [loaded, now] = row;
	const said = returned instanceof PyDict ? responseOf(returned.get("response")) : null;
	return {
		...aged(loaded, now, about.source),
		response:
			said === null
				? {}
				: {
						_message: said.message,
						...(said.code === null ? {} : { code: said.code }),
						...(said.rowsAffected === null ? {} : { rows_affected: said.rowsAffected }),
					},
	};
}
