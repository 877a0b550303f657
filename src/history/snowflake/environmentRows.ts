import type { Session } from "../../core/adapter.ts";
import {
	type EnvironmentStore,
	type IsolatedEnvironment,
	notebookOf,
	type Registration,
	type SchemaInTheWay,
} from "../../core/isolatedEnvironment.ts";
import { environmentOf, rowOf } from "../environmentRows.ts";
import { type Tables, text } from "../tables.ts";
import { stateVersion } from "./migrate.ts";
import { STATE_TABLES } from "./stateTables.ts";
import { inTurn } from "./tables.ts";

/** Tables with notes by project. */
const NOTED = Object.entries(STATE_TABLES).flatMap(([name, columns]) =>
	"project" in columns && !name.startsWith("environment") ? [name] : [],
);

export function createEnvironmentRowsOnSnowflake({ table, raw, rowsOf, upsertAll }: Tables): EnvironmentStore {
	const run = async (session: Session, sql: string, binds: readonly (string | null)[]): Promise<number> => {
		const statement = raw(sql, binds);
		return (await session.query(statement.sql, statement.binds)).rowCount ?? 0;
	};

	async function read(session: Session, about: { project: string; name?: string }) {
		if ((await stateVersion(session)) === 0) return [];
		const rows = await rowsOf(session, table("environments").where(about).orderBy("name"));
		const owned = await rowsOf(session, table("environment_schemas").where(about).orderBy("schema_name"));
		return rows.map((row) => {
			const schemas = owned.filter((one) => one.name === row.name).map((one) => text(one, "schema_name"));
			return environmentOf({ ...row, schemas: JSON.stringify(schemas) });
		});
	}

	async function standingInTheWay(session: Session, { project, name, schemas }: IsolatedEnvironment) {
		const owners = new Map(
			(await rowsOf(session, table("environment_schemas").whereIn("schema_name", [...schemas]))).map((row) => [
				text(row, "schema_name"),
				{ project: text(row, "project"), name: text(row, "name") },
			]),
		);
		const there = new Set(await session.listSchemas());
		return [...schemas].sort().flatMap((schema): SchemaInTheWay[] => {
			const owner = owners.get(schema);
			if (owner === undefined) return there.has(schema) ? [{ schema, environment: null }] : [];
			return owner.project === project && owner.name === name ? [] : [{ schema, environment: notebookOf(owner) }];
		});
	}

	return {
		list: (session, project) => read(session, { project }),
		find: async (session, project, name) => (await read(session, { project, name }))[0] ?? null,

		register: (session, environment, only) =>
			inTurn(session, "environments", async (): Promise<Registration> => {
				const { project, name, schemas } = environment;
				const before = (await read(session, { project, name }))[0] ?? null;
				if (only !== undefined && (before === null || before.runId !== only))
					return { kind: "taken", by: before?.runId ?? null };
				const inTheWay = await standingInTheWay(session, environment);
				if (inTheWay.length > 0) return { kind: "refused", inTheWay };
				const belonging = schemas.map((schema_name) => ({ schema_name, project, name }));
				for (const { sql, binds } of [
					...upsertAll("environments", [rowOf(environment)], ["project", "name"]),
					...upsertAll("environment_schemas", belonging, ["schema_name"]),
				])
					await session.query(sql, binds);
				return { kind: "registered", before };
			}),

		async release(session, schema) {
			await run(session, "delete from tfm_state.environment_schemas where schema_name = ?", [schema]);
		},

		forget: (session, about) =>
			inTurn(session, "environments", async () => {
				const { project, name, runId } = about;
				const gone = await run(
					session,
					`delete from tfm_state.environments where project = ? and name = ? and equal_null(run_id, ?)
					and not exists (select 1 from tfm_state.environment_schemas s where s.project = ? and s.name = ?)`,
					[project, name, runId, project, name],
				);
				if (gone === 0) return;
				for (const noted of NOTED)
					await run(session, `delete from tfm_state.${noted} where project = ?`, [notebookOf(about)]);
			}),
	};
}
