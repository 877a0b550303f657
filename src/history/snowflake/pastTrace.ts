import type { Session } from "../../core/adapter.ts";
import type { PastTrace } from "../../core/history.ts";
import { type RelationName, relationKey } from "../../core/relation.ts";
import { relationsAround } from "../../core/relationsAround.ts";
import type { ProjectTarget } from "../../core/state.ts";
import { type Row, type Tables, text, textOrNull } from "../tables.ts";
import { NOT_ELSEWHERE, OF_TARGET } from "./tables.ts";

type Trace = PastTrace["runs"][number];

const ms = (row: Row, name: string): number => new Date(text(row, name)).getTime();
const seconds = (row: Row): number => Number(row.seconds) * 1000;
const count = (row: Row, name: string): number | null => (row[name] == null ? null : Number(row[name]));
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What the docs site shows of the past; rows come as they are and are put together here. */
export async function readPastTraceOnSnowflake(
	{ table, raw, rowsOf }: Pick<Tables, "table" | "raw" | "rowsOf">,
	session: Session,
	{ project, target, schema }: ProjectTarget,
	limit: number,
): Promise<PastTrace> {
	const runs = await rowsOf(
		session,
		raw(
			`select r.run_id, r.command, r.args, r.status, r.started_at, r.ended_at from tfm_state.runs r
			where r.project = ? and ${OF_TARGET} and (r.run_id in (select run_id from tfm_state.node_runs)
				or r.run_id in (select run_id from tfm_state.test_results))
			order by r.started_at desc, r.run_id desc limit ${Math.trunc(limit)}`,
			[project, target, schema],
		),
	);
	if (runs.length === 0) return { runs: [], latest: [], landed: [] };
	const ids = runs.map((row) => text(row, "run_id"));
	const nodes = await rowsOf(session, table("node_runs").whereIn("run_id", ids).orderBy(["started_at", "node"]));
	const tests = await rowsOf(session, table("test_results").whereIn("run_id", ids).orderBy(["status", "test"]));
	const newest = async (name: string, key: string, at: string) =>
		rowsOf(
			session,
			raw(
				`select * from tfm_state.${name} where project = ? and ${NOT_ELSEWHERE}
				qualify row_number() over (partition by ${key} order by ${at} desc) = 1 order by ${key}`,
				[project, project, target, schema],
			),
		);
	return {
		runs: runs.map((row): Trace => {
			const of = (some: readonly Row[]) => some.filter((one) => one.run_id === row.run_id);
			return {
				runId: text(row, "run_id"),
				command: textOrNull(row, "command") ?? "",
				args: textOrNull(row, "args") ?? "",
				status: textOrNull(row, "status"),
				startedAt: ms(row, "started_at"),
				endedAt: row.ended_at === null ? null : ms(row, "ended_at"),
				nodes: of(nodes).map((one) => [
					text(one, "node"),
					text(one, "status"),
					ms(one, "started_at"),
					seconds(one),
					count(one, "rows"),
				]),
				tests: dimensionsOf(of(tests)),
				failing: of(tests)
					.filter((one) => !["pass", "success", "skipped"].includes(text(one, "status")))
					.map((one) => [text(one, "test"), text(one, "status"), count(one, "failures")]),
			};
		}),
		latest: [
			...(await newest("node_runs", "node", "started_at")).map((row): PastTrace["latest"][number] => [
				...([text(row, "node"), text(row, "status"), null, textOrNull(row, "message")] as const),
				...([seconds(row), ms(row, "started_at") + seconds(row)] as const),
			]),
			...(await newest("test_results", "test", '"AT"')).map((row): PastTrace["latest"][number] => [
				...([text(row, "test"), text(row, "status"), count(row, "failures"), null] as const),
				...([seconds(row), ms(row, "at")] as const),
			]),
		],
		landed: await landedIn({ rowsOf, raw }, session),
	};
}

function dimensionsOf(tests: readonly Row[]): Trace["tests"] {
	const found = new Map<string, [number, number, number]>();
	for (const row of tests) {
		const dimension = textOrNull(row, "dimension") ?? "other";
		const counts = found.get(dimension) ?? [0, 0, 0];
		found.set(dimension, counts);
		const status = text(row, "status");
		if (status !== "skipped") counts[status === "pass" ? 0 : status === "warn" ? 1 : 2]++;
	}
	return [...found].sort(([a], [b]) => byText(a, b)).map(([dimension, counts]) => [dimension, ...counts]);
}

async function landedIn(
	{ rowsOf, raw }: Pick<Tables, "raw" | "rowsOf">,
	session: Session,
): Promise<PastTrace["landed"]> {
	const files = await rowsOf(
		session,
		raw(
			`select source, table_database, table_schema, table_name, run_id, sum("ROWS") as landed, sum(rejects) as rejects, max(loaded_at) as at_last
			from tfm_state.loaded_files group by source, table_database, table_schema, table_name, run_id
			order by source, table_database, table_schema, table_name, at_last desc, run_id desc`,
			[],
		),
	);
	const placeOf = (row: Row): RelationName => ({
		database: text(row, "table_database"),
		schema: text(row, "table_schema"),
		identifier: text(row, "table_name"),
	});
	const there = new Set((await relationsAround(session, files.map(placeOf))).map(relationKey));
	const landed = new Map<string, [string, string, string, number, number, number]>();
	for (const row of files) {
		const place = placeOf(row);
		if (!there.has(relationKey(place))) continue;
		const source = text(row, "source");
		const key = `${source}\0${relationKey(place)}`;
		const rejects = Number(row.rejects);
		const before = landed.get(key);
		if (before === undefined)
			landed.set(key, [source, place.schema, place.identifier, Number(row.landed), rejects, rejects]);
		else before[5] += rejects;
	}
	return [...landed.values()];
}
