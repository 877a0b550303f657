/** Where in the statement: `line` from 1, `pos` (column) from 0, as Snowflake counts. */
export interface Place {
	readonly line: number;
	readonly pos: number;
}

/** What the server answers instead of rows: Snowflake's six-digit code, its SQLSTATE and its words. */
export class SnowflakeError extends Error {
	readonly code: string;
	readonly sqlState: string;
	readonly place: Place | undefined;

	constructor(code: string, sqlState: string, message: string, place?: Place) {
		super(message);
		this.name = "SnowflakeError";
		this.code = code;
		this.sqlState = sqlState;
		this.place = place;
	}
}

/** The one answer to everything that this server does not know: it never passes on what it does not understand. */
export const unsupported = (what: string, place?: Place): SnowflakeError =>
	new SnowflakeError("000002", "0A000", `Unsupported feature '${what}' (local protocol server).`, place);

export const syntaxError = (unexpected: string, place: Place): SnowflakeError =>
	new SnowflakeError(
		"001003",
		"42000",
		`SQL compilation error:\nsyntax error line ${place.line} at position ${place.pos} unexpected '${unexpected}'.`,
		place,
	);

export const objectMissing = (kind: string, name: string, place?: Place): SnowflakeError =>
	new SnowflakeError(
		"002003",
		"42S02",
		`SQL compilation error:\n${kind} '${name}' does not exist or not authorized.`,
		place,
	);

export const objectExists = (name: string): SnowflakeError =>
	new SnowflakeError("002002", "42710", `SQL compilation error:\nObject '${name}' already exists.`);

export const cancelled = (): SnowflakeError => new SnowflakeError("000604", "57014", "SQL execution canceled");
