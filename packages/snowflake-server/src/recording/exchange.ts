/** One request and its answer as they are kept: nothing in them names anybody. */
export interface Exchange {
	/** What the request is known by, of `requestKey`. */
	readonly key: string;
	readonly status: number;
	/** The answer's JSON. */
	readonly body: unknown;
	/** What the answer's chunks hold: rows without brackets around them. */
	readonly chunks?: readonly string[];
	/** The client gave it up while it waited: the answer came after that. */
	readonly abandoned?: true;
}

export interface Recording {
	/** What was recorded: `a Snowflake account`, `the local protocol server`. */
	readonly of: string;
	readonly exchanges: readonly Exchange[];
}

const VERSION = 1;

type Data = Readonly<Record<string, unknown>>;

/** The exchange with other parameters of its session, where its answer tells any. */
function withParameters(exchange: Exchange, change: (parameters: unknown) => unknown): Exchange {
	const { data, ...told } = (exchange.body ?? {}) as { readonly data?: Data | null };
	if (data?.parameters === undefined) return exchange;
	return { ...exchange, body: { ...told, data: { ...data, parameters: change(data.parameters) } } };
}

/**
 * One line for each exchange, so that two recordings can be compared. Each answer tells the parameters of its session,
 * mostly the same: they stand once in the first line, and their number in the answers.
 */
export function recordingText({ of, exchanges }: Recording): string {
	const known = new Map<string, number>();
	const numbered = (parameters: unknown): number => {
		const text = JSON.stringify(parameters);
		const number = known.get(text) ?? known.size;
		known.set(text, number);
		return number;
	};
	const lines = exchanges.map((one) => JSON.stringify(withParameters(one, numbered)));
	const head = { version: VERSION, of, parameters: [...known.keys()].map((text) => JSON.parse(text)) };
	return [JSON.stringify(head), ...lines, ""].join("\n");
}

/** Throws for what is no recording, or one of another version. */
export function readRecording(text: string): Recording {
	const [head = "", ...lines] = text.trimEnd().split("\n");
	const {
		version,
		of,
		parameters = [],
	} = JSON.parse(head) as {
		readonly version?: number;
		readonly of?: string;
		readonly parameters?: readonly unknown[];
	};
	if (version !== VERSION || of === undefined) throw new Error(`this is no recording of version ${VERSION}`);
	const exchanges = lines.map((line) =>
		withParameters(JSON.parse(line) as Exchange, (number) => parameters[Number(number)]),
	);
	return { of, exchanges };
}

export interface ClientRequest {
	readonly method: string;
	readonly target: URL;
	readonly body: Readonly<Record<string, unknown>>;
}

export const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/**
 * What a request is known by in a recording: its path, and of a statement its text, binds and parameters. What differs
 * from one run to the next is left out: ids that the client makes up, and names of its files. Null: nothing is kept of it.
 */
export function requestKey({ method, target, body }: ClientRequest): string | null {
	const path = target.pathname;
	switch (path) {
		case "/telemetry/send":
			return null;
		case "/session/v1/login-request":
			return "login";
		case "/session/token-request":
			return "renew";
		case "/session/heartbeat":
			return "heartbeat";
		case "/session":
			return "close";
		case "/queries/v1/abort-request":
			return "abort";
		case "/queries/v1/query-request": {
			const { sqlText, bindings, parameters, asyncExec, describeOnly } = body;
			const text = String(sqlText ?? "")
				.replace(UUID, "<id>")
				.replace(/(\bput\s+'?file:\/\/)[^'\s]*/i, "$1<file>");
			const more = { bindings, parameters, asyncExec: asyncExec || undefined, describeOnly: describeOnly || undefined };
			const written = JSON.stringify(more).replace(UUID, "<id>");
			return `query ${text}${written === "{}" ? "" : ` ${written}`}`;
		}
		default:
			// By the client's id of the request or the server's of the statement: which of them is a matter of time.
			return path.endsWith("/abort-request") ? "abort" : `${method} ${path}`;
	}
}
