import { fail, TfmError } from "../core/diagnostic.ts";
import { hideCredentials } from "../core/packageSpec.ts";

/** What is fetched over the network, and how patiently. */
export interface Download {
	readonly signal: AbortSignal;
	/** Waits that many milliseconds; tests pass one that does not. */
	readonly sleep: (ms: number) => Promise<void>;
	/** Milliseconds for one attempt. */
	readonly timeoutMs?: number;
}

const ATTEMPTS = 5;
const TIMEOUT_MS = 30_000;
/** Of one response, bytes: no archive of SQL comes near it. */
const MOST_BYTES = 256 * 1024 * 1024;

/** A refusal that another attempt will not change. */
class Refused extends Error {}

/**
 * The body of a GET, redirects followed. What may pass (no answer, 5xx, 408, 429, a body cut off, an answer that
 * `accept` throws at) is tried five times with growing pauses, as dbt does; what will not (404) is not. Throws
 * TFM-DEPS-001.
 */
export async function download<T>(
	address: string,
	how: Download,
	accept: (body: Uint8Array) => T | Promise<T>,
): Promise<T> {
	const url = hideCredentials(address);
	for (let attempt = 1; ; attempt++) {
		try {
			return await accept(await get(address, how));
		} catch (error) {
			if (how.signal.aborted) throw how.signal.reason;
			if (error instanceof TfmError) throw error;
			if (error instanceof Refused || attempt === ATTEMPTS)
				fail("TFM-DEPS-001", { url, problem: hideCredentials(reasonOf(error)) });
			await how.sleep(250 * 2 ** (attempt - 1));
		}
	}
}

async function get(address: string, { signal, timeoutMs = TIMEOUT_MS }: Download): Promise<Uint8Array> {
	const { url, headers } = withoutCredentials(address);
	const response = await fetch(url, { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
	if (!response.ok) {
		await response.body?.cancel();
		const problem = `HTTP status ${response.status} ${response.statusText}`.trim();
		const passing = response.status >= 500 || response.status === 408 || response.status === 429;
		throw passing ? new Error(problem) : new Refused(problem);
	}
	const parts: Uint8Array[] = [];
	let size = 0;
	for await (const part of response.body ?? []) {
		size += part.length;
		if (size > MOST_BYTES) throw new Refused(`more than ${MOST_BYTES / 1024 / 1024} MiB`);
		parts.push(part);
	}
	return Buffer.concat(parts);
}

/** fetch() refuses addresses with a user in them; they say the same as a header. */
function withoutCredentials(address: string): { url: string; headers: Record<string, string> } {
	let url: URL;
	try {
		url = new URL(address);
	} catch {
		throw new Refused("it is not an address");
	}
	if (url.protocol !== "http:" && url.protocol !== "https:") throw new Refused(`${url.protocol} is not http or https`);
	if (url.username === "" && url.password === "") return { url: address, headers: {} };
	const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
	url.username = "";
	url.password = "";
	return { url: url.href, headers: { authorization: `Basic ${Buffer.from(user).toString("base64")}` } };
}

/** fetch() says "fetch failed" and keeps the reason in the cause. */
function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === "TimeoutError") return "no answer in time";
	return error.cause instanceof Error ? reasonOf(error.cause) : error.message || error.name;
}
