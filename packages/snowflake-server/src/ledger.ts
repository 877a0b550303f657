/** What a statement asked for and this server does nothing about, though it answers as if it were done. */
export interface LedgerEntry {
	/** e.g. "grant", "query tag", "clustering". */
	readonly what: string;
	readonly effect: string;
	times: number;
	/** The first statement that asked for it, cut to 200 characters. */
	readonly example: string;
}

export interface Ledger {
	note(what: keyof typeof EFFECTS, statement: string): void;
	entries(): readonly LedgerEntry[];
	/** The entries as a table of text. */
	print(): string;
}

/** Everything that may be passed over, and what becomes of it. What is not here is refused. */
export const EFFECTS = {
	"grant or revoke": "kept nowhere, nobody is refused anything",
	"copy grants": "there are no grants to copy",
	"use role": "remembered in the session; every role may do everything",
	"use warehouse": "remembered in the session; there are no warehouses",
	"session parameter": "remembered, shown by SHOW PARAMETERS, without effect",
	clustering: "remembered and shown, rows stay where they are",
	"secure view": "remembered and shown, hides nothing",
	"transient or retention": "remembered and shown; nothing has Time Travel",
	"table option": "checked for its name, without effect",
	"masking or row access policy": "not applied: everybody sees all values",
	tag: "not kept",
	"constraint not enforced": "primary, unique and foreign keys are not kept",
	"text length": "lengths of VARCHAR are shown but not enforced",
	"dynamic table schedule": "shown; refreshed only by ALTER … REFRESH, always whole",
	"stage option": "checked for its name, without effect",
	"scripted statement": "answered as a test says, nothing is done",
	"warehouse statement": "there are no warehouses",
} as const;

export function createLedger(): Ledger {
	const entries = new Map<string, LedgerEntry>();
	return {
		note: (what, statement) => {
			const entry = entries.get(what);
			if (entry) entry.times++;
			else
				entries.set(what, {
					what,
					effect: EFFECTS[what],
					times: 1,
					example: statement.replace(/\s+/g, " ").trim().slice(0, 200),
				});
		},
		entries: () => [...entries.values()],
		print: () =>
			[...entries.values()]
				.map(
					({ what, times, effect, example }) => `${String(times).padStart(6)}  ${what}: ${effect}\n        ${example}`,
				)
				.join("\n"),
	};
}
