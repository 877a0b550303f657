export interface KeptSettings {
	/** Statements of one open transaction. */
	readonly keep: string;
	readonly giveBack: string;
}

/**
 * Settings to be changed for a while inside a transaction that may be a caller's, where `set local` would outlive us. The
 * server keeps what they were, so that nobody has to wait for it to be told: in a setting of our own, which goes with
 * the transaction. `forWhom` tells those apart that may keep the same setting at a time.
 */
export function keptSettings(forWhom: "publish" | "work" | "locks", names: readonly string[]): KeptSettings {
	const select = (one: (name: string, kept: string) => string): string =>
		`select ${names.map((name) => one(name, `tfm.${forWhom}_${name}`)).join(", ")}`;
	return Object.freeze({
		keep: select((name, kept) => `set_config('${kept}', current_setting('${name}'), true)`),
		giveBack: select((name, kept) => `set_config('${name}', current_setting('${kept}'), true)`),
	});
}
