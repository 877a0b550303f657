/** One thing that goes wrong, so many times, for requests whose path matches. */
export interface Fault {
	/** A regular expression on the path, e.g. "query-request", "result$", "chunks". */
	readonly path: string;
	/** A regular expression on the statement's text: only requests that bring such a statement. */
	readonly sql?: string;
	/** How often; 1 unless said. */
	readonly times?: number;
	readonly kind: FaultKind;
	/** status: the HTTP status, 503 unless said. */
	readonly status?: number;
	/** slow: how long the answer is held back, milliseconds. */
	readonly delayMs?: number;
	/** refuse: Snowflake's code, SQLSTATE and words. */
	readonly code?: string;
	readonly sqlState?: string;
	readonly message?: string;
}

/**
 * - `status`: refused before anything is done
 * - `reset`: the connection is reset before anything is done
 * - `lost`: done, but the connection is reset instead of the answer
 * - `cut`: done, and the answer stops in the middle
 * - `slow`: done, and the answer is held back
 * - `expire`: the session's token expires before the request is read
 * - `refuse`: the statement is not done, and answered with `code`, `sqlState` and `message`: for what this server cannot
 *   know, as privileges
 */
export type FaultKind = "status" | "reset" | "lost" | "cut" | "slow" | "expire" | "refuse";

export interface FaultScript {
	add(faults: readonly Fault[]): void;
	/** The first fault for this path and statement that is left, and counts it down. */
	take(path: string, sql?: string): Fault | undefined;
	/** Faults that have not happened yet. */
	left(): readonly Fault[];
	/** So many milliseconds, or until `release`. */
	hold(ms: number): Promise<void>;
	/** Answers that are held back now are sent. */
	release(): void;
}

const KINDS: readonly string[] = [
	"status",
	"reset",
	"lost",
	"cut",
	"slow",
	"expire",
	"refuse",
] satisfies readonly FaultKind[];

export function createFaultScript(): FaultScript {
	let script: { readonly fault: Fault; readonly path: RegExp; readonly sql: RegExp; left: number }[] = [];
	const held = new Set<() => void>();
	return {
		add: (faults) => {
			for (const fault of faults) {
				if (!KINDS.includes(fault.kind)) throw new Error(`no such fault: ${fault.kind}; one of ${KINDS.join(", ")}`);
				const sql = new RegExp(fault.sql ?? "", "i");
				script.push({ fault, path: new RegExp(fault.path), sql, left: fault.times ?? 1 });
			}
		},
		take: (path, sql = "") => {
			const next = script.find((entry) => entry.path.test(path) && entry.sql.test(sql));
			if (next === undefined) return undefined;
			next.left--;
			script = script.filter(({ left }) => left > 0);
			return next.fault;
		},
		hold: (ms) =>
			new Promise((resolve) => {
				const go = (): void => {
					clearTimeout(timer);
					held.delete(go);
					resolve();
				};
				const timer = setTimeout(go, ms);
				held.add(go);
			}),
		release: () => {
			for (const go of [...held]) go();
		},
		left: () => script.map(({ fault, left }) => ({ ...fault, times: left })),
	};
}
