import type pg from "pg";
import { DatabaseError } from "../../core/databaseError.ts";
import { type ServerError, toDatabaseError } from "../postgresFamily/errors.ts";
import { createPreparedStatements, type PreparedStatements } from "../postgresFamily/preparedStatements.ts";
import type { AheadStatement, WireField, WireReply, WireRequest } from "../postgresFamily/wire.ts";

/**
 * The part of pg's Connection that is used here, typed as it is (its published types are those of an old version). pg
 * hands a "submittable" the connection and then every message for it: that is how its own cursors and COPY work.
 */
export interface ProtocolWriter {
	query(text: string): void;
	parse(statement: { name?: string; text: string; types: readonly number[] }): void;
	bind(config: { portal?: string; statement?: string; values?: readonly (string | null)[] }): void;
	describe(what: { type: "P" | "S"; name?: string }): void;
	execute(config: { portal?: string; rows?: number }): void;
	sync(): void;
	sendCopyFail(message: string): void;
	readonly stream: { cork(): void; uncork(): void };
}

interface RowDescription {
	readonly fields: readonly { readonly name: string; readonly dataTypeID: number; readonly dataTypeModifier: number }[];
}

/** What came back so far. */
export interface Collected {
	fields: readonly WireField[];
	rows: (readonly (string | null)[])[];
	tag: string;
	tags: string[];
	error: ServerError | null;
	suspended: boolean;
	/** Whether the statement that runs has told its columns; the first may have done so in an earlier message. */
	described: boolean;
}

export const nothingYet = (): Collected => ({
	fields: [],
	rows: [],
	tag: "",
	tags: [],
	error: null,
	suspended: false,
	described: true,
});

/**
 * One message to the server and the taking in of what it answers; `settled` waits for ReadyForQuery. `then`: a text of the
 * simple protocol that goes right behind it, with the same write. Whoever is submitted next takes in what it answers.
 */
export function submittable(
	request: WireRequest,
	into: Collected,
	prepared: PreparedStatements = createPreparedStatements(),
	then?: string,
): pg.Submittable {
	const keepRows = request.kind !== "execute";
	// Statements ahead tell no columns: what comes before the last one's is not kept.
	if (request.kind === "query" && request.ahead !== undefined) into.described = false;
	const handlers = {
		submit: (connection: unknown) => writeBoth(connection as ProtocolWriter, { request, prepared, then }),
		handleRowDescription(message: RowDescription) {
			into.fields = message.fields.map((f) => ({ name: f.name, oid: f.dataTypeID, modifier: f.dataTypeModifier }));
			into.rows = [];
			into.described = true;
		},
		handleDataRow(message: { readonly fields: readonly (string | null)[] }) {
			if (keepRows) into.rows.push(message.fields);
		},
		handleCommandComplete(message: { readonly text: string }) {
			into.tag = message.text;
			if (!keepRows) into.tags.push(message.text);
			// The answer is the last statement's: an update after a select has no rows.
			if (!into.described) [into.fields, into.rows] = [[], []];
			into.described = false;
		},
		handlePortalSuspended() {
			into.suspended = true;
		},
		handleEmptyQuery() {},
		/** `copy … from stdin` in somebody's SQL: there is nothing to give. */
		handleCopyInResponse: (connection: ProtocolWriter) => connection.sendCopyFail("tfm has no rows for this statement"),
		/** `copy … to stdout` in somebody's SQL: like the rows of a select that nobody asked for. */
		handleCopyData() {},
		handleError() {},
		handleReadyForQuery() {},
	};
	return handlers as unknown as pg.Submittable;
}

/** Takes in what a text that was sent already (`then`) answers. */
export function alreadySent(into: Collected): pg.Submittable {
	return { ...submittable({ kind: "query", sql: "", binds: [] }, into), submit: () => {} } as unknown as pg.Submittable;
}

function writeBoth(
	to: ProtocolWriter,
	about: { readonly request: WireRequest; readonly prepared: PreparedStatements; readonly then: string | undefined },
): void {
	if (about.then === undefined) {
		write(to, about.request, about.prepared);
		return;
	}
	to.stream.cork();
	try {
		write(to, about.request, about.prepared);
		to.query(about.then);
	} finally {
		to.stream.uncork();
	}
}

function write(to: ProtocolWriter, request: WireRequest, prepared: PreparedStatements): void {
	// Templates ask several statements at once, as psycopg2 lets them; only the simple protocol takes those.
	const ahead = request.kind === "query" ? (request.ahead ?? []) : [];
	const several = request.kind === "query" && request.binds.length === 0 && ahead.length === 0 && !request.often;
	if (request.kind === "execute" || several) {
		to.query(request.sql);
		return;
	}
	// pg writes each of these on its own; held together they are one system call and one packet.
	to.stream.cork();
	try {
		writeExtended(to, request, { ahead, prepared });
	} finally {
		to.stream.uncork();
	}
}

function bindStatement(to: ProtocolWriter, { sql, binds, often }: AheadStatement, prepared: PreparedStatements): void {
	const kept = often === true ? prepared.nameOf(sql) : undefined;
	if (kept === undefined) {
		to.parse({ text: sql, types: [] });
		to.bind({ values: binds });
		return;
	}
	if (!kept.known) to.parse({ name: kept.name, text: sql, types: [] });
	to.bind({ statement: kept.name, values: binds });
}

/** What the extended protocol sends for one request, up to the point where the server answers. */
function writeExtended(
	to: ProtocolWriter,
	request: Exclude<WireRequest, { kind: "execute" }>,
	{ ahead, prepared }: { readonly ahead: readonly AheadStatement[]; readonly prepared: PreparedStatements },
): void {
	for (const statement of ahead) {
		bindStatement(to, statement, prepared);
		to.execute({});
	}
	if (request.kind === "query") {
		bindStatement(to, request, prepared);
		to.describe({ type: "P" });
		to.execute({});
	} else {
		const { portal, rows } = request;
		if (request.kind === "openPortal") {
			to.parse({ text: request.sql, types: [] });
			to.bind({ portal });
			to.describe({ type: "P", name: portal });
		}
		to.execute({ portal, rows });
	}
	to.sync();
}

/**
 * Runs `start` (which submits something) and waits until the server is ready for the next message. Rejects when the
 * connection ends before that: what the statement did is then unknown. `then`: what is answered to a text sent right
 * behind it, for which it waits as well; what that is refused with is the second one's own.
 */
export function untilReady(
	client: pg.Client,
	into: Collected,
	sql: string | undefined,
	start: () => void,
	then?: Collected,
): Promise<WireReply> {
	const { connection } = client;
	return new Promise((resolve, reject) => {
		const notices: string[] = [];
		let now = into;
		const onNotice = (notice: { readonly message?: string }): void => void notices.push(notice.message ?? "");
		// Not through the submittable: pg-copy-streams' own passes an error on too late once it was told to give up.
		// The driver's is an Error, whose message a copy would leave behind.
		const onError = ({ message, code, detail, hint, position, where }: ServerError): void =>
			void (now.error ??= { message, code, detail, hint, position, where });
		const settle = (): void => {
			connection.off("notice", onNotice).off("errorMessage", onError).off("readyForQuery", onReady).off("end", onEnd);
		};
		const onReady = ({ status }: { readonly status: WireReply["status"] }): void => {
			if (then !== undefined && now === into) {
				now = then;
				return;
			}
			settle();
			const { fields, rows, tag, tags, error, suspended } = into;
			resolve({ fields, rows, tag, tags, notices, error, status, suspended });
		};
		const onEnd = (): void => {
			settle();
			reject(connectionLost(into.error, sql));
		};
		connection.on("notice", onNotice).on("errorMessage", onError).on("readyForQuery", onReady).on("end", onEnd);
		start();
	});
}

/** The connection went while a statement was on its way: not safe to repeat, since nobody knows whether it was done. */
export function connectionLost(error: ServerError | null, sql: string | undefined): DatabaseError {
	// What pg itself says of a socket that closed ("Connection terminated unexpectedly") has no SQLSTATE.
	if (error?.code !== undefined && /^[0-9A-Z]{5}$/.test(error.code)) {
		const told = toDatabaseError(error, sql);
		return new DatabaseError(`the server ended the connection: ${told.message}`, {
			kind: "connection",
			sqlstate: told.sqlstate,
			sql,
			detail: told.detail,
			hint: told.hint,
		});
	}
	const why = error === null || /^Connection terminated/.test(error.message) ? "" : `: ${error.message}`;
	return new DatabaseError(`the connection to the server was lost${why}`, {
		kind: "connection",
		sqlstate: "08006",
		sql,
	});
}
