/** GitHub's REST API as far as a review needs it: requests that wait for limits, and lists that go over pages. */

export interface GithubPlace {
	/** `https://api.github.com`, or a server of one's own. */
	readonly apiUrl: string;
	/** Sent to `apiUrl` and nowhere else. */
	readonly token: string;
	readonly signal: AbortSignal;
	/** Waits; tests do not. */
	readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** `body`: parsed JSON; null where there is none. A refusal (4xx) is an answer, too. */
export interface GithubAnswer {
	readonly status: number;
	readonly body: unknown;
	/** The next page of a list, on the same server. */
	readonly next: string | null;
}

/** The server does not answer, or not in time. */
export class GithubUnreachable extends Error {}

const TRIES = 4;
const FIRST_WAIT_MS = 1_000;
const SECONDARY_WAIT_MS = 60_000;
/** A job must not wait for hours; its report is in the job's summary as well. */
const LONGEST_WAIT_MS = 120_000;

/** Throws GithubUnreachable. `path` begins with `/`, or is a whole address of the same server. */
export async function askGithub(
	place: GithubPlace,
	method: "GET" | "POST" | "PATCH" | "DELETE",
	{ path, body }: { readonly path: string; readonly body?: unknown },
): Promise<GithubAnswer> {
	const base = place.apiUrl.replace(/\/+$/, "");
	const address = path.startsWith("/") ? `${base}${path}` : path;
	let problem = "";
	for (let tries = 1; tries <= TRIES; tries++) {
		let wait = FIRST_WAIT_MS * 2 ** (tries - 1);
		try {
			const response = await fetch(address, {
				method,
				redirect: "error",
				signal: place.signal,
				headers: {
					accept: "application/vnd.github+json",
					authorization: `Bearer ${place.token}`,
					"content-type": "application/json",
					"user-agent": "tfm",
					"x-github-api-version": "2022-11-28",
				},
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			const text = await response.text();
			const limited = limitedFor(response, text, place.now());
			if (limited === null && response.status < 500) return answerOf(response, text, base);
			problem = limited === null ? `it answers ${response.status}` : "its rate limit is reached";
			if (limited !== null) wait = Math.max(limited, wait);
		} catch (error) {
			place.signal.throwIfAborted();
			if (error instanceof GithubUnreachable) throw error;
			problem = error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : String(error);
		}
		if (tries === TRIES || wait > LONGEST_WAIT_MS) break;
		await place.sleep(wait, place.signal);
	}
	throw new GithubUnreachable(problem);
}

/**
 * Milliseconds to wait; null: the answer is no rate limit. The primary limit says when it is over. The secondary one is
 * a 403 or 429 with retry-after; without that GitHub asks for a minute.
 */
function limitedFor({ status, headers }: Response, text: string, now: number): number | null {
	if (status !== 429 && status !== 403) return null;
	const after = headers.get("retry-after");
	if (after !== null) {
		const ms = /^\d+$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - now;
		return Number.isNaN(ms) ? SECONDARY_WAIT_MS : Math.max(0, ms);
	}
	if (headers.get("x-ratelimit-remaining") === "0")
		return Math.max(0, Number(headers.get("x-ratelimit-reset") ?? 0) * 1_000 - now);
	return status === 429 || /secondary rate limit/i.test(text) ? SECONDARY_WAIT_MS : null;
}

function answerOf({ status, headers }: Response, text: string, base: string): GithubAnswer {
	let body: unknown = null;
	try {
		body = text === "" ? null : JSON.parse(text);
	} catch {
		// Of a refusal the status says enough.
	}
	// The page of a proxy or of a login, given as an answer, says nothing.
	if (body === null && status < 300 && status !== 204)
		throw new GithubUnreachable(`it answers ${status} with ${headers.get("content-type") ?? "nothing"}, not with JSON`);
	const next = /<([^>]+)>;\s*rel="next"/.exec(headers.get("link") ?? "")?.[1] ?? null;
	// The token goes to no other server, whatever a link says.
	const same = next !== null && new URL(next).origin === new URL(base).origin;
	return { status, body, next: same ? next : null };
}
