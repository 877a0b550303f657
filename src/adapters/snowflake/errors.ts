import { DatabaseError } from "../../core/databaseError.ts";

/** What the driver rejects with: the server's refusal, or its own word on a connection that failed. */
export interface DriverError {
	readonly message: string;
	/** Six digits from the server (`000904`), a number of the driver's own (401001). */
	readonly code?: string | number | undefined;
	readonly sqlState?: string | undefined;
	readonly data?: { readonly queryId?: string; readonly line?: number; readonly pos?: number } | undefined;
	readonly isFatal?: boolean;
	readonly cause?: { readonly message?: string } | undefined;
	/** Of a request that was refused by HTTP. */
	readonly response?: { readonly statusCode?: number; readonly data?: unknown } | undefined;
}

/**
 * Refusals after which the statement had no effect and may be sent again: it lost against another transaction on the
 * same table (000625, 000639), or a lock was waited for too long (000626, 000627).
 */
const RETRYABLE = new Set(["000625", "000626", "000627", "000639"]);

const CANCELLED = "000604";
const TIMED_OUT = "000630";

/** Codes of the driver: 401… the network, 405/407… the connection; 390… of the server: the session. */
const LOST = /^(?:40[157]\d{3}|390\d{3})$/;

/** Words that people call tables by, and that Snowflake keeps for itself. */
const RESERVED =
	/^(?:all|any|check|column|connect|current|distinct|following|for|group|increment|like|minus|of|order|row|rows|sample|select|set|start|table|to|trigger|union|unique|values|with)$/i;

/** What a person can do about refusals that the server itself gives no hint for; `sql` is the statement. */
const HINTS: readonly (readonly [RegExp, (m: RegExpExecArray, sql: string) => string | undefined])[] = [
	[
		/user must authenticate again|must login again/i,
		() => "the session rested for too long: `client_session_keep_alive: true` keeps it",
	],
	[
		/Insufficient privileges to operate on (\w[\w ]*?) '([^']+)'/i,
		([, kind, name], sql) => `the role needs more on ${kind!.toLowerCase()} ${name}: ${grantFor(kind!, name!, sql)}`,
	],
	[
		/(EXECUTE (?:MANAGED )?(?:TASK|ALERT)|EXECUTE DATA METRIC FUNCTION) privilege must be granted/i,
		([, privilege]) => `an administrator can: \`grant ${privilege!.toLowerCase()} on account to role …\``,
	],
	[
		/No active warehouse selected/i,
		() =>
			"the profile's `warehouse` is missing, or not for this role (`grant usage on warehouse … to role …`), or suspended with AUTO_RESUME off (`alter warehouse … resume`), or in mixed case and without its quotes (`warehouse: '\"Big Wh\"'`)",
	],
	[
		/warehouse '([^']+)' cannot be resumed|Warehouse '([^']+)'.*(?:suspended|does not exist or not authorized)/i,
		([, one, other]) =>
			`the warehouse ${one ?? other} does not run for this role: \`grant usage, operate on warehouse ${one ?? other} to role …\`, or have its resource monitor raised`,
	],
	[
		/Error parsing JSON/i,
		() => "a text is not JSON: `try_parse_json` makes null of it, and a test on that null finds it",
	],
	[
		/unexpected '([A-Za-z]+)'/,
		([, word]) =>
			RESERVED.test(word!)
				? `${word} is a word of SQL: as a name it is quoted (\`quoting: {identifier: true}\` of the project file, not of a model's config), or give another \`alias\``
				: undefined,
	],
	[
		/Database '([^']+)' does not exist or not authorized/i,
		([, name]) => `correct \`database\`, or \`grant usage on database ${name} to role …\``,
	],
	[
		/Schema '([^']+)' does not exist or not authorized/i,
		([, name]) => `the schema is missing, or \`grant usage on schema ${name} to role …\``,
	],
	[
		/(?:Object|Table|View) '([^']+)' does not exist or not authorized/i,
		([, name]) => `it is missing, or the role may not see it: \`grant select on ${name} to role …\``,
	],
	[
		/(\w+(?: \w+){0,2}) '([^']+)' does not exist or not authorized/i,
		([, kind, name]) => {
			const what = kind!.toLowerCase();
			if (PRIVILEGE[kind!.toUpperCase()] === undefined) return undefined;
			return `the ${what} is missing, or the role may not use it: ${grantFor(kind!, name!, "")}`;
		},
	],
];

/** What is needed on an object of a kind, as Snowflake's refusals name kinds. */
const PRIVILEGE: Readonly<Record<string, string>> = {
	DATABASE: "create schema",
	WAREHOUSE: "operate, usage",
	TABLE: "select, insert, update, delete",
	VIEW: "select",
	"DYNAMIC TABLE": "select, operate",
	ACCOUNT: "create database",
	STAGE: "usage",
	"FILE FORMAT": "usage",
	INTEGRATION: "usage",
	FUNCTION: "usage",
	"MASKING POLICY": "apply",
	"ROW ACCESS POLICY": "apply",
	TAG: "apply",
	TASK: "operate",
	ALERT: "operate",
};

/** `create or replace transient table`: what is made; in a schema each kind is a privilege of its own. */
const MADE =
	/^\s*create\s+(?:or\s+(?:replace|alter)\s+)?(?:(?:transient|temporary|temp|secure|recursive|local|global|volatile)\s+)*(dynamic table|external table|event table|iceberg table|file format|masking policy|row access policy|data metric function|materialized view|table|view|stage|tag|task|alert|function|procedure|sequence|stream|pipe)\b/i;

function grantFor(kind: string, name: string, sql: string): string {
	const what = kind.toUpperCase();
	const made = MADE.exec(sql)?.[1]?.toLowerCase();
	const inSchema = made === undefined ? "create table, create view" : `create ${made}`;
	const privilege = what === "SCHEMA" ? inSchema : (PRIVILEGE[what] ?? "all");
	const grant = `\`grant ${privilege} on ${what === "ACCOUNT" ? "account" : `${what.toLowerCase()} ${name}`} to role …\``;
	return what === "STAGE" ? `${grant} (of one of Snowflake's own: read)` : grant;
}

export const codeOf = (error: DriverError): string => String(error.code ?? "").padStart(6, "0");

/** The query that an error is about; null where none was begun. */
export const queryOf = (error: DriverError): string | null => error.data?.queryId ?? null;

/** A statement that was sent, and where it stands in the text that it is part of (negative: something was put before it). */
export interface SentText {
	readonly sent: string;
	readonly whole: string;
	readonly offset: number;
}

function hintOf(message: string, role: string | null, sql: string): string | undefined {
	const hint = HINTS.map(([pattern, say]) => {
		const found = pattern.exec(message);
		return found === null ? undefined : say(found, sql);
	}).find((said) => said !== undefined);
	return role === null ? hint : hint?.replaceAll("to role …", () => `to role ${nameInSql(role)}`);
}

/** A stored name as a person writes it. */
export const nameInSql = (name: string): string =>
	/^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

/** The one place where a refusal of Snowflake or its driver becomes a DatabaseError; `role`: the session's, as it is stored. */
export function toDatabaseError(error: DriverError, text?: SentText, role: string | null = null): DatabaseError {
	const code = codeOf(error);
	const lost = LOST.test(code);
	const { line, pos } = error.data ?? {};
	const query = queryOf(error);
	return new DatabaseError(messageOf(error), {
		sqlstate: lost ? "08006" : error.sqlState,
		sql: text?.whole,
		position:
			text === undefined || line === undefined || pos === undefined || line < 1 ? undefined : place(text, line, pos),
		detail: `Snowflake ${code}${query === null ? "" : `, query id ${query}`}`,
		hint: hintOf(error.message, role, text?.sent ?? ""),
		queryId: query ?? undefined,
		retryable: RETRYABLE.has(code),
		kind: code === CANCELLED ? "cancelled" : code === TIMED_OUT ? "timeout" : lost ? "connection" : "sql",
		cause: error,
	});
}

/** `SQL compilation error:` and the line that repeats the place say nothing that is not said elsewhere. */
function messageOf({ message, cause }: DriverError): string {
	const text = message
		.replace(/^SQL (?:compilation|access control) error:\s*/i, "")
		.replace(/^error line \d+ at position \d+\s*/i, "")
		.trim();
	return cause?.message === undefined || text.includes(cause.message) ? text : `${text} (${cause.message})`;
}

/** From 1, in the whole text; Snowflake counts lines from 1 and positions from 0 within the statement. */
function place({ sent, offset }: SentText, line: number, pos: number): number | undefined {
	let start = 0;
	for (let n = 1; n < line; n++) {
		const next = sent.indexOf("\n", start);
		if (next === -1) return undefined;
		start = next + 1;
	}
	const found = start + pos + offset + 1;
	return found > 0 ? found : undefined;
}
