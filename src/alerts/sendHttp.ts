import { type HttpCall, shown } from "./payloads.ts";

export interface SendingTimes {
	/** Tries in all. */
	readonly tries: number;
	/** For one try and its answer. */
	readonly tryMs: number;
	/** For everything, pauses included: a run must end. */
	readonly totalMs: number;
	/** The first pause; each next one is twice as long. */
	readonly pauseMs: number;
}

export const SENDING_TIMES: SendingTimes = { tries: 4, tryMs: 10_000, totalMs: 45_000, pauseMs: 500 };

/** What sending needs of the world. */
export interface SendingWorld {
	readonly sleep: (ms: number) => Promise<void>;
	readonly clock: () => Date;
	readonly times?: SendingTimes;
}

type Answer =
	| { readonly kind: "sent" }
	| { readonly kind: "refused"; readonly reason: string }
	/** May go well another time; `afterMs`: not before. */
	| { readonly kind: "again"; readonly reason: string; readonly afterMs: number };

/** An answer longer than this is none of the services'. */
const LONGEST_ANSWER = 64 * 1024;

/**
 * Posts, and again after 429, 5xx, a broken connection or no answer in time. `Retry-After` is kept to, unless it asks
 * for more time than there is. Redirects are not followed: the body would go to a place that nobody named. Returns
 * null, or in words why it was not taken; the words name the host and never the address, which may be a secret.
 */
export async function sendHttp(call: HttpCall, world: SendingWorld): Promise<string | null> {
	const times = world.times ?? SENDING_TIMES;
	const end = performance.now() + times.totalMs;
	for (let tried = 1; ; tried++) {
		const left = end - performance.now();
		const answer = await tryOnce(call, Math.min(times.tryMs, left));
		if (answer.kind === "sent") return null;
		if (answer.kind === "refused") return answer.reason;
		const pause = Math.max(answer.afterMs, times.pauseMs * 2 ** (tried - 1));
		if (tried === times.tries) return `${answer.reason} (${tried} tries)`;
		if (pause >= end - performance.now())
			return answer.afterMs > 0
				? `${answer.reason}, and asks to wait ${Math.ceil(answer.afterMs / 1000)} s`
				: `${answer.reason} (${tried} ${tried === 1 ? "try" : "tries"})`;
		await world.sleep(pause);
	}
}

async function tryOnce(call: HttpCall, ms: number): Promise<Answer> {
	const signal = AbortSignal.timeout(Math.max(1, Math.ceil(ms)));
	const host = hostOf(call.url);
	if (host === null) return { kind: "refused", reason: "its address is no http or https address" };
	try {
		const { url, headers, body } = call;
		const response = await fetch(url, {
			method: "POST",
			headers: { ...headers, "user-agent": "tfm" },
			body,
			redirect: "manual",
			signal,
		});
		const text = await readShort(response);
		const status = response.status;
		if (status === 429 || status >= 500)
			return {
				kind: "again",
				reason: `${host} answered ${status}`,
				afterMs: retryAfter(response.headers.get("retry-after")),
			};
		if (status >= 300) return { kind: "refused", reason: `${host} answered ${status}: ${shown(text)}` };
		const wrong = call.judge(text);
		return wrong === null ? { kind: "sent" } : { kind: "refused", reason: `${host}: ${wrong}` };
	} catch (error) {
		return { kind: "again", reason: `${host} ${faultOf(error, signal)}`, afterMs: 0 };
	}
}

function hostOf(url: string): string | null {
	try {
		const { protocol, host } = new URL(url);
		return protocol === "http:" || protocol === "https:" ? host : null;
	} catch {
		return null;
	}
}

async function readShort(response: Response): Promise<string> {
	if (response.body === null) return "";
	const decoder = new TextDecoder();
	let text = "";
	for await (const chunk of response.body) {
		text += decoder.decode(chunk as Uint8Array, { stream: true });
		// Leaving the loop cancels the rest.
		if (text.length > LONGEST_ANSWER) break;
	}
	return text;
}

/** Seconds, or a date (RFC 9110, 10.2.3). Milliseconds; 0 where nothing is asked. */
function retryAfter(header: string | null): number {
	if (header === null) return 0;
	if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
	const date = Date.parse(header);
	return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}

function faultOf(error: unknown, signal: AbortSignal): string {
	if (signal.aborted) return "did not answer in time";
	const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
	switch (cause?.code) {
		case "ECONNREFUSED":
			return "refused the connection";
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return "is not known to the name server";
		case "ECONNRESET":
		case "UND_ERR_SOCKET":
			return "cut the connection";
		default:
			return `could not be reached${cause?.code === undefined ? "" : ` (${cause.code})`}`;
	}
}
