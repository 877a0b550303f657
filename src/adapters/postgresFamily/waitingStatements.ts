import type { ServerError } from "./errors.ts";
import type { AheadStatement, WireRequest } from "./wire.ts";

export interface Joined {
	readonly request: WireRequest;
	/** A refusal as if the request's own text had been sent alone: positions count from its beginning. */
	inRequest(error: ServerError | null): ServerError | null;
}

export interface WaitingStatements {
	/** Whether a `begin` is among them. */
	readonly begins: boolean;
	/** Whether one of them has binds. */
	readonly bound: boolean;
	/** Answers a mark for `dropFrom`. */
	add(sql: string, binds?: readonly (string | null)[], how?: { readonly own?: boolean }): Mark;
	/** The request with all of them before it in one exchange; undefined where it cannot take them along. */
	join(request: WireRequest): Joined | undefined;
	/** All of them as one request; undefined when there are none. */
	alone(): Extract<WireRequest, { kind: "query" | "execute" }> | undefined;
	/**
	 * Drops the marked one and what came after it; true when it still waited. Where it has gone already, all go.
	 * `ifNothingElse`: only where nothing but it has come.
	 */
	dropFrom(mark: Mark, how?: { readonly ifNothingElse?: boolean }): boolean;
	clear(): void;
}

export type Mark = AheadStatement;

/** Statements of a transaction that have not been sent yet because nobody waits for what they answer. */
export function createWaitingStatements(): WaitingStatements {
	let list: AheadStatement[] = [];
	const bound = (): boolean => list.some((s) => s.binds.length > 0);
	/** One text is tfm's own where every statement of it is. */
	const owned = <R extends WireRequest>(request: R): R => {
		if (!("own" in request) || list.every((s) => s.own === true)) return request;
		const { own: _, ...rest } = request;
		return rest as R;
	};
	const text = (): string => list.map((s) => `${s.sql};\n`).join("");
	const withoutPosition = (error: ServerError): ServerError => {
		const { position: _, ...rest } = error;
		return rest;
	};
	/** Which of the statements is refused is not told: a position might be another one's. */
	const behindAll = (request: Extract<WireRequest, { kind: "query" }>): Joined => ({
		request: { ...request, ahead: [...list] },
		inRequest: (error) => error && withoutPosition(error),
	});

	return {
		get begins() {
			return list.some((s) => s.sql === "begin");
		},
		get bound() {
			return bound();
		},
		add(sql, binds = [], { own = false }: { readonly own?: boolean } = {}) {
			const mark = Object.freeze({ sql, binds, ...(own ? { own } : {}) });
			list.push(mark);
			return mark;
		},
		join(request) {
			if (list.length === 0) return { request, inRequest: (error) => error };
			if (request.kind === "openPortal" || request.kind === "nextRows") return undefined;
			if (request.kind === "query" && request.binds.length > 0) return behindAll(request);
			if (bound() && /^(commit|release savepoint tfm_\d+)$/.test(request.sql))
				return behindAll({ ...request, kind: "query", binds: [], own: true });
			// One text is read whole before any of it runs: what it is refused with must find the savepoint made.
			if (bound() || list.some((s) => s.sql.startsWith("savepoint "))) return undefined;
			const before = text();
			const length = [...before].length;
			return {
				request: owned({ ...request, sql: before + request.sql }),
				inRequest(error) {
					if (error?.position === undefined) return error;
					const position = Number(error.position) - length;
					return position > 0 ? { ...error, position: String(position) } : withoutPosition(error);
				},
			};
		},
		alone() {
			const last = list.at(-1);
			if (last === undefined) return undefined;
			if (!bound()) return owned({ kind: "execute", sql: list.map((s) => s.sql).join(";\n"), own: true });
			return { kind: "query", ...last, ahead: list.slice(0, -1) };
		},
		dropFrom(mark, { ifNothingElse = false }: { readonly ifNothingElse?: boolean } = {}) {
			const at = list.indexOf(mark);
			if (ifNothingElse && (at < 0 || at < list.length - 1)) return false;
			list = list.slice(0, Math.max(0, at));
			return at >= 0;
		},
		clear() {
			list = [];
		},
	};
}
