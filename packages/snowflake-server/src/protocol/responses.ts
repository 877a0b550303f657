import type { Answer, AnswerColumn } from "../answer.ts";
import type { Session } from "../session.ts";
import type { SnowflakeError } from "../snowflakeError.ts";
import type { TypeName } from "../sql/types.ts";
import type { Fault } from "./faults.ts";
import type { Authenticated } from "./login.ts";
import { newId, type Query } from "./queries.ts";
import type { Login } from "./sessions.ts";

/** Rows that go with the answer itself; more of them are fetched in chunks. */
const ROWS_WITHIN = 1_000;
/** More of them go into one chunk where there are many, as Snowflake's chunks grow. */
const MOST_CHUNKS = 500;

/** Rows of each chunk but the last. */
export const chunkRows = (rows: number): number => Math.max(ROWS_WITHIN, Math.ceil(rows / MOST_CHUNKS));

export const failure = (code: string, message: string, data: unknown = null): object => ({
	success: false,
	code,
	message,
	data,
});

/** `masterSeconds`: how long the session lives without a word of its client. */
export const loggedIn = (login: Login, { mfaToken, idToken }: Authenticated, masterSeconds: number): object => ({
	success: true,
	code: null,
	message: null,
	data: {
		token: login.token,
		masterToken: login.masterToken,
		validityInSeconds: 3_600,
		masterValidityInSeconds: masterSeconds,
		displayUserName: login.session.user,
		serverVersion: "0.0.0 local protocol server",
		sessionId: login.session.id,
		mfaToken,
		idToken,
		parameters: parameters(login.session),
		sessionInfo: {
			databaseName: login.session.database,
			schemaName: login.session.schema,
			warehouseName: login.session.warehouse,
			roleName: login.session.role,
		},
	},
});

export const renewed = (login: Login): object => ({
	success: true,
	data: {
		sessionToken: login.token,
		masterToken: login.masterToken,
		validityInSecondsST: 3_600,
		validityInSecondsMT: 14_400,
		sessionId: login.session.id,
	},
});

/** 333333: not done yet, ask again there; 333334: taken on, nobody waits. */
export const inProgress = ({ id }: Query, code: "333333" | "333334"): object => ({
	success: true,
	code,
	message: "Query execution in progress.",
	data: { queryId: id, getResultUrl: `/queries/${id}/result`, queryAbortsAfterSecs: 300 },
});

/** The refusal that a fault tells. */
export const scripted = ({ code = "000603", sqlState = "XX000", message = "" }: Fault): object =>
	failure(code, message, { errorCode: code, age: 0, sqlState, queryId: newId(), line: -1, pos: -1 });

export const refused = (query: Query, error: SnowflakeError): object =>
	failure(error.code, error.message, {
		internalError: false,
		errorCode: error.code,
		age: 0,
		sqlState: error.sqlState,
		queryId: query.id,
		line: error.place?.line ?? -1,
		pos: error.place?.pos ?? -1,
		type: error.message.startsWith("SQL compilation error") ? "COMPILATION" : "EXECUTION",
	});

/** The rows, or where they are; `describeOnly` leaves them out. */
export function answered(query: Query, answer: Answer, session: Session, url: string, describeOnly: boolean): object {
	const rows: Answer["rows"] = describeOnly ? [] : answer.rows;
	const chunked = rows.length > ROWS_WITHIN;
	const size = chunkRows(rows.length);
	const shared = {
		parameters: parameters(session),
		queryId: query.id,
		databaseProvider: null,
		finalDatabaseName: session.database,
		finalSchemaName: session.schema,
		finalWarehouseName: session.warehouse,
		finalRoleName: session.role,
		numberOfBinds: 0,
		arrayBindSupported: false,
		statementTypeId: answer.typeId,
		version: 1,
		sendResultTime: query.startedAt,
		...answer.order,
	};
	// The answer to PUT has no rows at all: the driver tells it by that.
	const table =
		answer.columns.length === 0
			? {}
			: {
					rowtype: answer.columns.map(rowType),
					rowset: chunked ? [] : rows.slice(),
					total: rows.length,
					returned: rows.length,
					queryResultFormat: "json",
				};
	const chunks = Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => ({
		url: `${url}/chunks/${query.id}/${i}`,
		rowCount: Math.min(size, rows.length - i * size),
		uncompressedSize: 1,
		compressedSize: 1,
	}));
	return { success: true, code: null, message: null, data: { ...shared, ...table, ...(chunked ? { chunks } : {}) } };
}

const WIRE_TYPES: Readonly<Record<TypeName, string>> = {
	NUMBER: "fixed",
	FLOAT: "real",
	VARCHAR: "text",
	BINARY: "binary",
	BOOLEAN: "boolean",
	DATE: "date",
	TIME: "time",
	TIMESTAMP_NTZ: "timestamp_ntz",
	TIMESTAMP_LTZ: "timestamp_ltz",
	TIMESTAMP_TZ: "timestamp_tz",
	VARIANT: "variant",
	OBJECT: "object",
	ARRAY: "array",
};

const rowType = ({ name, type, nullable }: AnswerColumn): object => ({
	name,
	database: "",
	schema: "",
	table: "",
	nullable,
	type: WIRE_TYPES[type.name],
	byteLength: type.length ?? null,
	length: type.length ?? null,
	precision: type.precision ?? null,
	scale: type.scale ?? null,
	collation: null,
});

/** What the driver needs to know to print values, with what the session has set. */
function parameters(session: Session): readonly { readonly name: string; readonly value: unknown }[] {
	const values: Record<string, unknown> = {
		AUTOCOMMIT: true,
		TIMEZONE: "UTC",
		DATE_OUTPUT_FORMAT: "YYYY-MM-DD",
		TIME_OUTPUT_FORMAT: "HH24:MI:SS",
		TIMESTAMP_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
		TIMESTAMP_NTZ_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3",
		TIMESTAMP_LTZ_OUTPUT_FORMAT: "",
		TIMESTAMP_TZ_OUTPUT_FORMAT: "",
		BINARY_OUTPUT_FORMAT: "HEX",
		CLIENT_SESSION_KEEP_ALIVE: session.parameters.get("CLIENT_SESSION_KEEP_ALIVE") === "true",
		CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: Number(
			session.parameters.get("CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY") ?? 3_600,
		),
		CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: 65_280,
		QUERY_CONTEXT_CACHE_SIZE: 5,
	};
	return Object.entries(values).map(([name, value]) => ({ name, value }));
}
