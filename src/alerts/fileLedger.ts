import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolders } from "../core/makeFolders.ts";
import type { AlertLedger, AlertRow } from "../core/state.ts";

interface FileRow extends AlertRow {
	readonly at: string;
	/** Null: nobody has been told. */
	readonly claimedAt: string | null;
}

/**
 * What was alerted, in a file: for a run that cannot reach its database. One run at a time writes it, for it is written
 * at the end of a run; the file is gone when nothing in it is open.
 */
export function createFileLedger(path: string): AlertLedger {
	const read = (): readonly FileRow[] => {
		try {
			return JSON.parse(readFileSync(path, "utf8")) as readonly FileRow[];
		} catch (error) {
			// A file that somebody damaged counts as none: better told twice than never.
			if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return [];
			throw error;
		}
	};
	const write = (rows: readonly FileRow[]): void => {
		if (rows.length === 0) {
			rmSync(path, { force: true });
			return;
		}
		makeFolders(dirname(path), { existsSync, mkdirSync });
		writeFileSync(`${path}.part`, JSON.stringify(rows));
		renameSync(`${path}.part`, path);
	};
	const isAt = (row: AlertRow, place: { readonly route: string; readonly channel: string }): boolean =>
		row.route === place.route && row.channel === place.channel;

	return {
		open: async () => read(),

		async claim({ route, channel, at, items, remindBefore }) {
			const rows = read();
			const claimed = new Set<string>();
			const kept = new Map(rows.filter((row) => isAt(row, { route, channel })).map((row) => [row.item.key, row]));
			for (const item of items) {
				const known = kept.get(item.key);
				if (known?.claimedAt != null && known.claimedAt >= remindBefore) continue;
				claimed.add(item.key);
				kept.set(item.key, { route, channel, item, at: known?.at ?? at, claimedAt: at });
			}
			write([...rows.filter((row) => !isAt(row, { route, channel })), ...kept.values()]);
			return claimed;
		},

		async resolve({ route, channel, keys }) {
			const rows = read();
			const over = rows.filter((row) => isAt(row, { route, channel }) && keys.includes(row.item.key));
			write(rows.filter((row) => !over.includes(row)));
			return new Set(over.map((row) => row.item.key));
		},

		async reopen({ route, channel, at, items }) {
			const keys = new Set(items.map((item) => item.key));
			const others = read().filter((row) => !isAt(row, { route, channel }) || !keys.has(row.item.key));
			write([...others, ...items.map((item) => ({ route, channel, item, at, claimedAt: at }))]);
		},

		async release({ route, channel, keys }) {
			write(
				read().map((row) =>
					isAt(row, { route, channel }) && keys.includes(row.item.key) ? { ...row, claimedAt: null } : row,
				),
			);
		},
	};
}
