const PING_MS = 5_000;

/** Calls the dead man's switch. Null: it answered; else why not. It is asked once: its own silence is what alarms. */
export async function ping(url: string): Promise<string | null> {
	try {
		const response = await fetch(url, {
			method: "POST",
			headers: { "user-agent": "tfm" },
			redirect: "follow",
			signal: AbortSignal.timeout(PING_MS),
		});
		await response.body?.cancel();
		return response.ok ? null : `it answered ${response.status}`;
	} catch {
		return "it did not answer";
	}
}
