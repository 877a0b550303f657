import type { Session } from "../../core/adapter.ts";
import { sqlName } from "../../core/codes/sqlName.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { fail } from "../../core/diagnostic.ts";
import type { StateAccess } from "../../core/state.ts";
import { CREATE_STATE, STATE_VERSION } from "./stateTables.ts";

/** 42S02, 02000: what is asked about is not there, or not for this role, which Snowflake does not tell apart. */
const isMissing = (error: unknown): boolean =>
	error instanceof DatabaseError && (error.sqlstate === "42S02" || error.sqlstate === "02000");
const isDenied = (error: unknown): boolean => error instanceof DatabaseError && error.sqlstate === "42501";

/** 0 where there are no tables, or none that the role may read. */
export async function stateVersion(session: Session): Promise<number> {
	try {
		const { rows } = await session.query("select max(version) from tfm_state.schema_version");
		return Number(rows[0]?.[0] ?? 0);
	} catch (error) {
		if (isMissing(error)) return 0;
		throw error;
	}
}

/**
 * Each definition commits by itself, and may be sent again: the version is written behind the last of them, so that whoever
 * finds half of them goes on. Two first runs at once make the same tables.
 */
export async function migrateState(session: Session): Promise<void> {
	const found = await stateVersion(session);
	if (found > STATE_VERSION) fail("TFM-DB-009", { found, known: STATE_VERSION });
	if (found === STATE_VERSION) return;
	try {
		for (const sql of CREATE_STATE) await session.execute(sql);
		for (const turn of ["leases", "alerts", "environments"])
			await session.query(
				"insert into tfm_state.turns (name, turn) select $1, 0 where not exists (select 1 from tfm_state.turns where name = $2)",
				[turn, turn],
			);
		await session.query("insert into tfm_state.schema_version (version) select $1", [STATE_VERSION]);
	} catch (error) {
		if (!isDenied(error)) throw error;
		fail("TFM-DB-022", await refusal(session), { cause: error });
	}
}

/** Asked by making the schema: Snowflake tells of privileges only one by one. */
export async function stateAccess(session: Session): Promise<StateAccess> {
	if ((await stateVersion(session)) > 0) return READY;
	try {
		await session.execute("create schema if not exists tfm_state");
		return READY;
	} catch (error) {
		if (!isDenied(error)) throw error;
		return Object.freeze({ kind: "refused", ...(await refusal(session)) });
	}
}

async function refusal(session: Session) {
	const { rows } = await session.query("select current_role(), current_database()");
	const [role, database] = (rows[0] ?? []).map((cell) => String(cell ?? ""));
	const to = sqlName(role!);
	return {
		role: role!,
		reason: `there are no tables of tfm in schema tfm_state, and ${to} may not make them`,
		grants: Object.freeze([
			`create schema if not exists ${sqlName(database!)}.tfm_state;`,
			`grant usage, create table on schema ${sqlName(database!)}.tfm_state to role ${to};`,
		]),
	};
}

const READY: StateAccess = Object.freeze({ kind: "ready" });
