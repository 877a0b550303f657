import type { Dialect } from "../../core/adapter.ts";
import type { Home, Login } from "./login.ts";
import type { PinnedSession } from "./session.ts";

/** A place for one login, which is made when it is needed and made anew when it is lost or has rested too long. */
export interface Slot {
	ready(): Promise<Login>;
	/** The server's number for the session that stands; undefined: none does. */
	session(): string | undefined;
	/** Takes back what a session changed; a login that cannot be put right is given up. */
	reset(session: PinnedSession): Promise<void>;
	close(): Promise<void>;
}

/** What `use` can put back; for the rest a new login is safer than a list of what to undo. */
const RESTORABLE = new Set(["role", "warehouse", "schema", "tag"]);

/** There is no way back to no role and no warehouse. */
const isRestorable = (what: string, { role, warehouse }: Home): boolean =>
	RESTORABLE.has(what) && (what !== "role" || role !== null) && (what !== "warehouse" || warehouse !== null);

export function createSlot(
	logIn: () => Promise<Login>,
	{
		dialect,
		queryTag,
		first,
	}: { readonly dialect: Dialect; readonly queryTag: string | undefined; readonly first?: Login },
): Slot {
	let login = first;
	const drop = async (): Promise<void> => {
		const gone = login;
		login = undefined;
		await gone?.connection.close();
	};
	return {
		async ready() {
			if (login?.connection.isStale() === true) await drop();
			login ??= await logIn();
			return login;
		},
		session: () => login?.home.session,
		async reset(session) {
			await session.end();
			if (login === undefined) return;
			if (session.broken || [...session.changed].some((what) => !isRestorable(what, login!.home))) return drop();
			const statements = [
				...(session.open ? ["rollback"] : []),
				...restoring(session.changed, login.home, { dialect, queryTag }),
			];
			try {
				for (const sql of statements) await login.connection.send({ sql });
			} catch {
				// Whatever the reason, the next session gets a login that nobody has changed.
				await drop();
			}
		},
		close: drop,
	};
}

function restoring(
	changed: PinnedSession["changed"],
	{ role, warehouse, database, schema }: Home,
	{ dialect, queryTag }: { readonly dialect: Dialect; readonly queryTag: string | undefined },
): readonly string[] {
	const { quote } = dialect;
	return [
		...(changed.has("role") ? [`use role ${quote(role!)}`] : []),
		...(changed.has("warehouse") ? [`use warehouse ${quote(warehouse!)}`] : []),
		...(changed.has("schema")
			? [schema === null ? `use database ${quote(database)}` : `use schema ${quote(database)}.${quote(schema)}`]
			: []),
		...(changed.has("tag")
			? [
					queryTag === undefined
						? "alter session unset query_tag"
						: `alter session set query_tag = ${dialect.literal(queryTag)}`,
				]
			: []),
	];
}
