import { cancelled, objectMissing, type Place, SnowflakeError, unsupported } from "../snowflakeError.ts";
import { withoutMarks } from "../sql/names.ts";
import { scan } from "../sql/scan.ts";

/** DuckDB's refusal in Snowflake's words and codes; `sql` is the statement as the client sent it. */
export function engineError(error: unknown, sql: string): SnowflakeError {
	if (error instanceof SnowflakeError) return error;
	const message = withoutMarks(error instanceof Error ? error.message : String(error));
	const found = (pattern: RegExp): string | undefined => pattern.exec(message)?.[1];
	if (/INTERRUPT|Interrupted/.test(message)) return cancelled();

	const column = found(/Referenced column "([^"]+)"/) ?? found(/does not have a column named "([^"]+)"/);
	if (column !== undefined) return atPlace("000904", "42000", sql, column, `invalid identifier '${column}'`);
	const alias = found(/Referenced table "([^"]+)" not found/);
	if (alias !== undefined) return atPlace("000904", "42000", sql, alias, `invalid identifier '${alias}'`);
	const ambiguous = found(/Ambiguous reference to column name "([^"]+)"/);
	if (ambiguous !== undefined)
		return atPlace("002028", "42601", sql, ambiguous, `ambiguous column name '${ambiguous}'`);
	const grouped = found(/column "([^"]+)" must appear in the GROUP BY clause/);
	if (grouped !== undefined)
		return atPlace(
			"000979",
			"42601",
			sql,
			grouped,
			`'${grouped}' in select clause is neither an aggregate nor in the group by clause.`,
		);
	const table = found(/Table with name "?([^" ]+?)"? does not exist/);
	if (table !== undefined) return objectMissing("Object", table, placeOf(sql, table));

	const value = found(/Could not convert string ['"](.*)['"] to/) ?? found(/Failed to cast value.*'(.*)'/);
	const date =
		found(/invalid (?:date|timestamp) field format: "(.*?)"/) ??
		found(/(?:date|timestamp) field value out of range: "(.*?)"/);
	if (date !== undefined) return new SnowflakeError("100040", "22007", `Date '${date}' is not recognized`);
	if (value !== undefined) return new SnowflakeError("100038", "22018", `Numeric value '${value}' is not recognized`);
	if (/Malformed JSON/.test(message)) return new SnowflakeError("100069", "22P02", "Error parsing JSON");
	if (/Division by zero/.test(message)) return new SnowflakeError("100051", "22012", "Division by zero");
	if (/Overflow|out of range|does not fit/i.test(message))
		return new SnowflakeError("100046", "22003", "Numeric value is out of range");
	const missing = found(/NOT NULL constraint failed: (?:[^.]*\.)?(\S+)/);
	if (missing !== undefined) return new SnowflakeError("100072", "22000", "NULL result in a non-nullable column");
	if (/Conflict on |transaction conflict/i.test(message))
		return new SnowflakeError(
			"000625",
			"57014",
			"Statement was aborted because another transaction changed the same table.",
		);
	if (/More than one row returned by a subquery/.test(message))
		return new SnowflakeError("090150", "22000", "Single-row subquery returns more than one row.");
	return unsupported(message.split("\n")[0] ?? "");
}

function atPlace(code: string, state: string, sql: string, name: string, words: string): SnowflakeError {
	const place = placeOf(sql, name);
	return new SnowflakeError(
		code,
		state,
		`SQL compilation error: error line ${place.line} at position ${place.pos}\n${words}`,
		place,
	);
}

/** The first place where the name stands in the statement. */
function placeOf(sql: string, name: string): Place {
	const wanted = name.toUpperCase();
	const token = scan(sql).find(({ value }) => value.toUpperCase() === wanted);
	return { line: token?.line ?? 1, pos: token?.pos ?? 0 };
}
