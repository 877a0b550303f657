const POST_MS = 5_000;

/** One document to a collector, once. Null: taken; else why not, without the address, which may hold a key. */
export async function post(
	url: string,
	document: object,
	headers: Readonly<Record<string, string>>,
	timeoutMs = POST_MS,
): Promise<string | null> {
	let host: string;
	try {
		host = new URL(url).host;
	} catch {
		return "its address is no address";
	}
	try {
		const response = await fetch(url, {
			method: "POST",
			headers: { "content-type": "application/json", "user-agent": "tfm", ...headers },
			body: JSON.stringify(document),
			redirect: "manual",
			signal: AbortSignal.timeout(timeoutMs),
		});
		await response.body?.cancel();
		return response.ok ? null : `${host} answered ${response.status}`;
	} catch {
		return `${host} could not be reached, or did not answer in time`;
	}
}
