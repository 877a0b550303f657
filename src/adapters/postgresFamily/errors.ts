import { DatabaseError } from "../../core/databaseError.ts";

/** An ErrorResponse as the wire brings it; every Postgres driver has these fields. */
export interface ServerError {
	readonly message: string;
	readonly code?: string | undefined;
	readonly detail?: string | undefined;
	readonly hint?: string | undefined;
	/** Character (code point) of the sent text, from 1. */
	readonly position?: string | undefined;
	readonly where?: string | undefined;
}

type Kind = DatabaseError["kind"];

/** Errors after which the statement certainly had no effect and may succeed when sent again. */
const RETRYABLE = new Set([
	"40001", // serialization_failure
	"40P01", // deadlock_detected
	"55P03", // lock_not_available
	"53300", // too_many_connections
	"57P03", // cannot_connect_now
	"08001", // sqlclient_unable_to_establish_sqlconnection
	"08004", // sqlserver_rejected_establishment_of_sqlconnection
]);

/** `create schema if not exists` fails when another session is creating the same one, instead of waiting for it. */
const losesSchemaRace = (error: ServerError): boolean =>
	error.code === "23505" && error.message.includes('"pg_namespace_nspname_index"');

/**
 * Postgres' functions over its catalogs (`pg_get_viewdef`, `pg_table_size` …) meet relations that another session
 * dropped between the snapshot and the look. Nothing was done, and a new snapshot does not hold them.
 */
const losesCatalogRace = (error: ServerError): boolean =>
	error.code === "XX000" &&
	/^(could not open relation with OID|cache lookup failed for relation) \d+$/.test(error.message);

function kindOf(error: ServerError): Kind {
	const state = error.code ?? "";
	if (state === "57014") return /timeout/i.test(error.message) ? "timeout" : "cancelled";
	if (state === "55P03" && /timeout/i.test(error.message)) return "timeout";
	if (state.startsWith("08") || state.startsWith("57P")) return "connection";
	if (state === "" || state.startsWith("XX")) return "unknown";
	return "sql";
}

/** What a person can do about refusals that the server itself gives no hint for. */
const HINTS: Readonly<Record<string, string>> = {
	"25006":
		"this server takes no changes: it is a standby, or default_transaction_read_only is on; connect to the primary",
	"42501":
		"the role that tfm works as needs `create` on the database, `usage` and `create` on the schemas, and to own what it replaces",
	"53100": "the server's disk is full: free some space there; what was published before is intact",
	"53400": "a limit of the server or the role was reached: have it raised, or make the statement cheaper",
};

/** The server counts characters, JavaScript UTF-16 units: positions in DatabaseError index the string. */
function unitPosition(sql: string, position: number): number {
	let units = 0;
	for (let n = 1; n < position && units < sql.length; n++) units += (sql.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
	return units + 1;
}

/** The one place where a Postgres refusal becomes a DatabaseError. `sql` is the text as it was sent. */
export function toDatabaseError(error: ServerError, sql: string | undefined): DatabaseError {
	const position = error.position === undefined ? undefined : Number(error.position);
	const detail = [error.detail, error.where === undefined ? undefined : `Context: ${error.where}`]
		.filter((part) => part !== undefined && part !== "")
		.join("\n");
	return new DatabaseError(error.message, {
		sqlstate: error.code,
		sql,
		position: position === undefined || sql === undefined ? undefined : unitPosition(sql, position),
		detail: detail === "" ? undefined : detail,
		hint: error.hint ?? HINTS[error.code ?? ""],
		retryable: RETRYABLE.has(error.code ?? "") || losesSchemaRace(error) || losesCatalogRace(error),
		kind: kindOf(error),
	});
}
