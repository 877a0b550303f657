import type { Session } from "../core/adapter.ts";
import {
	type EnvironmentStore,
	type IsolatedEnvironment,
	notebookOf,
	type Registration,
	type SchemaInTheWay,
} from "../core/isolatedEnvironment.ts";
import { instant, json, type Row, type Tables, text, textOrNull } from "./tables.ts";

const ROWS = `select e.*, (select coalesce(json_agg(s.schema_name order by s.schema_name), '[]') from tfm_state.environment_schemas s
	where s.project = e.project and s.name = e.name)::text as schemas from tfm_state.environments e where e.project = ?`;

/** Tables of an older tfm have no environments: there are none. */
const THERE = "select pg_catalog.to_regclass('tfm_state.environments') is not null";

export function createEnvironmentRows({ raw, rowsOf, upsertAll }: Tables): EnvironmentStore {
	const rows = async (session: Session, sql: string, binds: readonly string[]) => {
		const there = await session.query(THERE);
		return there.rows[0]?.[0] === true ? rowsOf(session, raw(sql, binds)) : [];
	};
	const run = async (session: Session, sql: string, binds: readonly (string | null)[]): Promise<void> => {
		const statement = raw(sql, binds);
		await session.query(statement.sql, statement.binds);
	};
	const standingInTheWay = async (
		session: Session,
		{ project, name, schemas }: IsolatedEnvironment,
	): Promise<readonly SchemaInTheWay[]> => {
		const known = await rowsOf(
			session,
			raw(
				`select w.schema, s.project || '@' || s.name as environment, s.project = ? and s.name = ? as own
					from json_array_elements_text(?::json) w(schema)
					left join tfm_state.environment_schemas s on s.schema_name = w.schema
					left join pg_catalog.pg_namespace n on n.nspname = w.schema::name
					where s.schema_name is not null or n.oid is not null order by 1`,
				[project, name, JSON.stringify(schemas)],
			),
		);
		return known
			.filter((row) => row.own !== true)
			.map((row) => ({ schema: text(row, "schema"), environment: textOrNull(row, "environment") }));
	};
	return {
		list: async (session, project) => (await rows(session, `${ROWS} order by e.name`, [project])).map(environmentOf),

		async find(session, project, name) {
			const [row] = await rows(session, `${ROWS} and e.name = ?`, [project, name]);
			return row === undefined ? null : environmentOf(row);
		},

		register: (session, environment, only) =>
			session.transaction(async (): Promise<Registration> => {
				const { project, name, schemas } = environment;
				await run(session, "lock table tfm_state.environment_schemas in share row exclusive mode", []);
				const [row] = await rowsOf(session, raw(`${ROWS} and e.name = ?`, [project, name]));
				const before = row === undefined ? null : environmentOf(row);
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

		release: (session, schema) =>
			run(session, "delete from tfm_state.environment_schemas where schema_name = ?", [schema]),

		async forget(session, about) {
			const { project, name, runId } = about;
			const gone = await session.query(
				`delete from tfm_state.environments e where e.project = $1 and e.name = $2 and e.run_id is not distinct from $3
					and not exists (select from tfm_state.environment_schemas s where s.project = e.project and s.name = e.name) returning 1`,
				[project, name, runId],
			);
			if (gone.rows.length === 0) return;
			const noted = await session.query(NOTED);
			for (const [table] of noted.rows)
				await session.query(`delete from tfm_state.${String(table)} where project = $1`, [notebookOf(about)]);
		},
	};
}

/** Tables with notes by project. */
const NOTED = `select pg_catalog.quote_ident(c.relname) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
	join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'project' and not a.attisdropped
	where n.nspname = 'tfm_state' and c.relkind = 'r' and c.relname not like 'environment%' order by 1`;

export const rowOf = (environment: IsolatedEnvironment) => ({
	project: environment.project,
	name: environment.name,
	purpose: environment.purpose,
	owner: environment.owner,
	target: environment.target,
	defer: environment.defer,
	pull: environment.pull,
	commit_id: environment.commit,
	created_at: environment.createdAt,
	expires_at: environment.expiresAt,
	run_id: environment.runId,
});

export const environmentOf = (row: Row): IsolatedEnvironment => ({
	project: text(row, "project"),
	name: text(row, "name"),
	purpose: text(row, "purpose") as IsolatedEnvironment["purpose"],
	owner: text(row, "owner"),
	target: text(row, "target"),
	defer: text(row, "defer"),
	pull: textOrNull(row, "pull"),
	commit: textOrNull(row, "commit_id"),
	createdAt: instant(row, "created_at"),
	expiresAt: textOrNull(row, "expires_at") === null ? null : instant(row, "expires_at"),
	runId: textOrNull(row, "run_id"),
	schemas: json<string[]>(row, "schemas"),
});
