import { randomUUID } from "node:crypto";
import type { Answer } from "../answer.ts";
import { STATEMENT, status } from "../answer.ts";
import type { Session } from "../session.ts";
import { cancelled, SnowflakeError } from "../snowflakeError.ts";
import { splitStatements } from "../sql/scan.ts";
import { execute } from "../statements/execute.ts";
import type { Runtime } from "../statements/statement.ts";
import { createBinds, type WireBinds } from "../translate/bindings.ts";
import type { Login, Sessions } from "./sessions.ts";

/** A statement and what became of it. */
export interface Query {
	readonly id: string;
	readonly sql: string;
	readonly tag: string;
	/** Of the session that sent it; null for what no session began. */
	readonly sessionId: number | null;
	readonly warehouse: string | null;
	readonly startedAt: number;
	outcome: { readonly answer: Answer } | { readonly error: SnowflakeError } | null;
	/** Settles with the outcome; never rejects. */
	readonly done: Promise<void>;
	cancel(): void;
}

export interface QueryRequest {
	readonly sqlText: string;
	readonly bindings?: WireBinds;
	readonly describeOnly?: boolean;
	readonly asyncExec?: boolean;
	readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface Queries {
	/** Starts it, or finds it: the driver sends a request again under the same id when it got no answer. */
	submit(login: Login, requestId: string, request: QueryRequest): Query;
	byId(id: string): Query | undefined;
	byRequest(requestId: string): Query | undefined;
	/** All statements so far, in the order they came. */
	all(): readonly Query[];
}

/** What statements know of other statements and sessions is known here. */
type Given = Omit<Runtime, "answerOf" | "cancelAll" | "sessions" | "newTransactionId" | "abortTransaction">;

export function createQueries(runtime: Given, sessions: Pick<Sessions, "all">): Queries {
	const byId = new Map<string, Query>();
	const byRequest = new Map<string, Query>();
	let transactions = 1_700_000_000_000;
	const cancelAll = (sessionId: number): number => {
		const open = [...byId.values()].filter((query) => query.sessionId === sessionId && query.outcome === null);
		for (const query of open) query.cancel();
		return open.length;
	};
	const abortTransaction = async (id: number, by: Session): Promise<boolean> => {
		const login = sessions.all().find(({ session }) => session.transaction?.id === id && session.user === by.user);
		if (login === undefined) return false;
		const { session } = login;
		const rollBack = async (): Promise<void> => {
			if (session.transaction?.id !== id) return;
			session.transaction = null;
			await session.connection.run("rollback");
		};
		// Its own session would wait for itself.
		if (session === by) {
			await rollBack();
			return true;
		}
		cancelAll(session.id);
		login.last = login.last.then(rollBack);
		await login.last;
		return true;
	};
	const whole: Runtime = {
		...runtime,
		cancelAll,
		abortTransaction,
		sessions: () => sessions.all().map(({ session }) => session),
		newTransactionId: () => transactions++,
		answerOf: (id) => {
			const outcome = byId.get(id)?.outcome;
			return outcome && "answer" in outcome ? outcome.answer : undefined;
		},
	};

	/** One statement behind those that the session has begun. */
	const launch = (login: Login, sql: string, request: QueryRequest, after?: () => boolean): Query => {
		const { session } = login;
		let stopped: SnowflakeError | null = null;
		let running = false;
		// DuckDB forgets an interruption that comes before it has begun, so it is told until it is over.
		const stop = (why: SnowflakeError): void => {
			stopped ??= why;
			if (!running) return;
			session.connection.interrupt();
			setTimeout(() => stop(why), INTERRUPT_EVERY_MS).unref();
		};
		const work = async (): Promise<void> => {
			const seconds = Number(
				request.parameters?.STATEMENT_TIMEOUT_IN_SECONDS ?? session.parameters.get("STATEMENT_TIMEOUT_IN_SECONDS") ?? 0,
			);
			const timer = seconds > 0 ? setTimeout(() => stop(timedOut(seconds)), seconds * 1000) : undefined;
			try {
				if (stopped) throw stopped;
				if (after?.() === false) throw cancelled();
				running = true;
				const binds = createBinds(sql, request.bindings);
				query.outcome = { answer: await execute({ sql, session, runtime: whole, binds }) };
				session.lastQueryId = query.id;
			} catch (error) {
				query.outcome = { error: stopped ?? asError(error) };
			} finally {
				running = false;
				clearTimeout(timer);
			}
		};
		const done = login.last.then(work);
		login.last = done;
		const query: Query = {
			id: newId(),
			sql,
			tag: String(request.parameters?.QUERY_TAG ?? session.parameters.get("QUERY_TAG") ?? ""),
			sessionId: session.id,
			warehouse: session.warehouse,
			startedAt: Date.now(),
			outcome: null,
			done,
			cancel: () => stop(cancelled()),
		};
		byId.set(query.id, query);
		return query;
	};

	/** Several statements: the answer names their query ids, and the driver asks for each. The first error ends them. */
	const launchAll = (login: Login, parts: readonly string[], request: QueryRequest): Query => {
		const children: Query[] = [];
		for (const part of parts) {
			const before = children.at(-1);
			children.push(
				launch(
					login,
					part,
					request,
					() => before === undefined || (before.outcome !== null && "answer" in before.outcome),
				),
			);
		}
		const parent: Query = {
			id: newId(),
			sql: request.sqlText,
			tag: children[0]!.tag,
			sessionId: login.session.id,
			warehouse: login.session.warehouse,
			startedAt: Date.now(),
			outcome: null,
			done: Promise.all(children.map(({ done }) => done)).then(() => {
				for (const { outcome } of children)
					if (outcome && "error" in outcome) {
						parent.outcome = outcome;
						return;
					}
				parent.outcome = { answer: severalAnswers(children) };
			}),
			cancel: () => {
				for (const child of children) child.cancel();
			},
		};
		byId.set(parent.id, parent);
		return parent;
	};

	const refused = (request: QueryRequest, error: SnowflakeError): Query => {
		const query: Query = {
			id: newId(),
			sql: request.sqlText,
			tag: "",
			sessionId: null,
			warehouse: null,
			startedAt: Date.now(),
			outcome: { error },
			done: Promise.resolve(),
			cancel: () => {},
		};
		byId.set(query.id, query);
		return query;
	};

	const start = (login: Login, request: QueryRequest): Query => {
		const parts = splitStatements(request.sqlText);
		const wanted = Number(
			request.parameters?.MULTI_STATEMENT_COUNT ?? login.session.parameters.get("MULTI_STATEMENT_COUNT") ?? 1,
		);
		const [only] = parts;
		if (only === undefined)
			return refused(request, new SnowflakeError("000900", "42601", "SQL compilation error:\nEmpty SQL statement."));
		if (wanted !== 0 && wanted !== parts.length)
			return refused(
				request,
				new SnowflakeError(
					"000008",
					"0A000",
					`Actual statement count ${parts.length} did not match the desired statement count ${wanted}.`,
				),
			);
		return parts.length === 1 ? launch(login, only, request) : launchAll(login, parts, request);
	};

	return {
		submit: (login, requestId, request) => {
			const known = byRequest.get(requestId);
			if (known) return known;
			const query = start(login, request);
			if (requestId !== "") byRequest.set(requestId, query);
			return query;
		},
		byId: (id) => byId.get(id),
		byRequest: (requestId) => byRequest.get(requestId),
		all: () => [...byId.values()],
	};
}

const INTERRUPT_EVERY_MS = 20;

/** Query ids are UUIDs that begin with 01. */
export const newId = (): string => `01${randomUUID().slice(2)}`;

const timedOut = (seconds: number): SnowflakeError =>
	new SnowflakeError(
		"000630",
		"57014",
		`Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`,
	);

const asError = (error: unknown): SnowflakeError =>
	error instanceof SnowflakeError
		? error
		: new SnowflakeError("000603", "XX000", `The local server has a fault: ${String(error)}`);

function severalAnswers(children: readonly Query[]): Answer {
	const types = children.map(({ outcome }) =>
		outcome && "answer" in outcome ? outcome.answer.typeId : STATEMENT.other,
	);
	return {
		...status("Multiple statements executed successfully."),
		order: { resultIds: children.map(({ id }) => id).join(","), resultTypes: types.join(",") },
	};
}
