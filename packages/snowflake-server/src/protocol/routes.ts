import { gzipSync } from "node:zlib";
import type { RowList } from "../answer.ts";
import type { Ledger } from "../ledger.ts";
import { SnowflakeError } from "../snowflakeError.ts";
import type { Fault, FaultScript } from "./faults.ts";
import type { Authentication, LoginData, PrepareData } from "./login.ts";
import type { Queries, Query, QueryRequest } from "./queries.ts";
import { answered, chunkRows, failure, inProgress, loggedIn, refused, renewed } from "./responses.ts";
import type { Login, Sessions } from "./sessions.ts";
import type { Reply } from "./transport.ts";

export interface Request {
	readonly method: string;
	readonly target: URL;
	readonly body: Readonly<Record<string, unknown>>;
	readonly authorization: string;
}

export interface RouteOptions {
	readonly authentication: Authentication;
	/** Names in capitals; anything else is nobody's account. */
	readonly accounts: ReadonlySet<string>;
	readonly sessions: Sessions;
	readonly queries: Queries;
	readonly faults: FaultScript;
	readonly ledger: Ledger;
	readonly url: () => string;
	readonly pollAfterMs: number;
	/** A session that is not heard of for so long is over; milliseconds. */
	readonly idleMs: number;
	readonly heartbeatSeconds: number | undefined;
}

const HEARTBEAT = "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY";
const NO_SESSION = failure("390104", "User must login again to access the service.");
const EXPIRED = failure("390112", "Your session has expired. Please login again.");
const MASTER_EXPIRED = failure("390114", "Authentication token has expired. The user must authenticate again.");

const ASKS_TO_ENTER = new Set(["/session/v1/login-request", "/session/authenticator-request"]);
const accountOf = ({ body }: Request): string =>
	String((body.data as { readonly ACCOUNT_NAME?: unknown } | undefined)?.ACCOUNT_NAME ?? "").toUpperCase();

/** From a request to its answer: the paths that Snowflake's drivers ask for, and `/ledger` and `/control/…` of our own. */
export function createRoutes(options: RouteOptions): (request: Request) => Promise<Reply> {
	const { authentication, accounts, sessions, queries, faults, ledger, url, pollAfterMs, idleMs, heartbeatSeconds } =
		options;

	const login = async ({ target, body }: Request): Promise<object> => {
		const data = (body.data ?? {}) as LoginData;
		const given = (key: string): string | null => target.searchParams.get(key);
		try {
			const who = authentication.authenticate(data);
			const context = {
				database: given("databaseName"),
				schema: given("schemaName"),
				role: given("roleName"),
				warehouse: given("warehouse"),
				parameters: data.SESSION_PARAMETERS ?? {},
			};
			const login = await sessions.open(who.user, context);
			if (heartbeatSeconds !== undefined) login.session.parameters.set(HEARTBEAT, String(heartbeatSeconds));
			return loggedIn(login, who, idleMs / 1000);
		} catch (error) {
			if (!(error instanceof SnowflakeError)) throw error;
			return failure(error.code, error.message, { nextAction: "RETRY_LOGIN", loginName: data.LOGIN_NAME });
		}
	};

	const prepare = ({ body }: Request): object => {
		try {
			return {
				success: true,
				code: null,
				message: null,
				data: authentication.prepare((body.data ?? {}) as PrepareData),
			};
		} catch (error) {
			if (!(error instanceof SnowflakeError)) throw error;
			return failure(error.code, error.message);
		}
	};

	/** The outcome, or 333333 when it takes longer than the server waits. */
	const outcome = async (query: Query, { session }: Login, describeOnly = false): Promise<object> => {
		let timer: NodeJS.Timeout | undefined;
		const patience = new Promise((resolve) => {
			timer = setTimeout(resolve, pollAfterMs);
		});
		await Promise.race([query.done, patience]);
		clearTimeout(timer);
		if (query.outcome === null) return inProgress(query, "333333");
		if ("error" in query.outcome) return refused(query, query.outcome.error);
		return answered(query, query.outcome.answer, session, url(), describeOnly);
	};

	const submit = async ({ target, body }: Request, login: Login): Promise<object> => {
		const request = body as unknown as QueryRequest;
		const query = queries.submit(login, target.searchParams.get("requestId") ?? "", request);
		return request.asyncExec ? inProgress(query, "333334") : outcome(query, login, request.describeOnly === true);
	};

	const abort = (query: Query | undefined): object => {
		if (query === undefined) return failure("000605", "Identified SQL statement is not currently executing.");
		query.cancel();
		return { success: true, data: null };
	};

	const monitored = (query: Query | undefined): object => ({
		success: true,
		data: {
			queries: query
				? [
						{
							id: query.id,
							status: query.outcome === null ? "RUNNING" : "error" in query.outcome ? "FAILED_WITH_ERROR" : "SUCCESS",
							...(query.outcome && "error" in query.outcome
								? { errorCode: query.outcome.error.code, errorMessage: query.outcome.error.message }
								: {}),
						},
					]
				: [],
		},
	});

	const control = ({ method, target, body }: Request): Reply | undefined => {
		switch (`${method} ${target.pathname}`) {
			case "GET /ledger":
				return target.searchParams.get("format") === "text"
					? { body: `${ledger.print()}\n` }
					: { body: { entries: ledger.entries() } };
			case "GET /control/faults":
				return { body: { faults: faults.left() } };
			case "POST /control/faults":
				faults.add((body.faults ?? []) as readonly Fault[]);
				return { body: { faults: faults.left() } };
			case "POST /control/expire-tokens":
				sessions.expireAll();
				return { body: { success: true } };
			default:
				return undefined;
		}
	};

	const withSession = async (request: Request, current: Login): Promise<object> => {
		const { method, target, body } = request;
		const path = target.pathname;
		const result = /^\/queries\/([^/]+)\/result$/.exec(path);
		const cancel = /^\/queries\/([^/]+)\/abort-request$/.exec(path);
		const monitor = /^\/monitoring\/queries\/([^/]+)$/.exec(path);
		if (path === "/queries/v1/abort-request") return abort(queries.byRequest(String(body.requestId ?? "")));
		const query = queries.byId((result ?? cancel ?? monitor)?.[1] ?? "");
		if (result) return query ? outcome(query, current) : failure("000709", `Statement ${result[1]} not found`);
		if (cancel) return abort(query);
		if (monitor) return monitored(query);
		switch (`${method} ${path}`) {
			case "POST /queries/v1/query-request":
				return submit(request, current);
			case "POST /session/heartbeat":
				return { success: true, data: null };
			case "POST /session":
				await sessions.close(current);
				return { success: true, data: null };
			default:
				return failure("390000", `This server has no ${method} ${path}.`);
		}
	};

	return async (request) => {
		const path = request.target.pathname;
		const own = control(request);
		if (own) return own;
		// Before a login is looked at, as by Snowflake's front door.
		if (ASKS_TO_ENTER.has(path) && !accounts.has(accountOf(request))) return { status: 403, body: {} };
		if (path === "/session/v1/login-request") return { body: await login(request) };
		if (path === "/session/authenticator-request") return { body: prepare(request) };
		if (path === "/sso")
			return { status: 302, body: "", headers: { location: authentication.confirm(request.target.searchParams) } };
		if (path === "/telemetry/send") return { body: { success: true, data: null } };
		const chunk = /^\/chunks\/([^/]+)\/(\d+)$/.exec(path);
		if (chunk) return chunkReply(queries.byId(chunk[1]!), Number(chunk[2]));
		const token = /Token="([^"]+)"/.exec(request.authorization)?.[1] ?? "";
		if (path === "/session/token-request") {
			const login = sessions.renew(token);
			return { body: login ? renewed(login) : MASTER_EXPIRED };
		}
		const current = sessions.byToken(token);
		if (current === undefined) return { body: NO_SESSION };
		if (current.busy === 0 && Date.now() - current.seenAt > idleMs) return { body: MASTER_EXPIRED };
		if (current.expired) return { body: EXPIRED };
		current.busy++;
		try {
			return { body: await withSession(request, current) };
		} finally {
			current.busy--;
			current.seenAt = Date.now();
		}
	};
}

/** Rows without the brackets around them, gzipped, as the driver expects a chunk. */
function chunkReply(query: Query | undefined, index: number): Reply {
	const rows: RowList = query?.outcome && "answer" in query.outcome ? query.outcome.answer.rows : [];
	const size = chunkRows(rows.length);
	const part = rows.slice(index * size, (index + 1) * size);
	if (part.length === 0) return { status: 404, body: {} };
	return {
		body: gzipSync(JSON.stringify(part).slice(1, -1)),
		headers: { "content-type": "application/octet-stream", "content-encoding": "gzip" },
	};
}
