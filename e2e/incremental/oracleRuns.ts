/**
 * The projects that dbt was run with, run with tfm: every scenario is a model, and its query is another one in each run.
 * Read afterwards: the table's columns and rows, and whether the model failed.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import yaml from "js-yaml";
import type { Session } from "../../src/core/adapter.ts";
import { tfm } from "../runCase.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

export interface Scenario {
	readonly config: Readonly<Record<string, unknown>>;
	readonly columns?: Readonly<Record<string, string>>;
	readonly runs: readonly string[];
	/** Where tfm does otherwise than dbt: `order` of the columns, or why they differ. */
	readonly differs?: { readonly columns: string };
}

export interface After {
	readonly status: string;
	readonly table: {
		readonly columns: readonly (readonly [name: string, type: string])[];
		readonly rows: readonly (readonly (string | null)[])[];
	} | null;
}

export const SCENARIOS = yaml.load(readFileSync(join(HERE, "scenarios.yml"), "utf8")) as Record<string, Scenario>;
export const DBT = JSON.parse(readFileSync(join(HERE, "dbt.golden.json"), "utf8")) as Record<string, readonly After[]>;

export interface World {
	readonly layered: boolean;
	/** Of profiles.yml; null: the embedded database. */
	readonly output: Readonly<Record<string, unknown>> | null;
	/** Reads the database between two runs. */
	readonly look: <T>(root: string, work: (session: Session) => Promise<T>) => Promise<T>;
}

async function readTable(session: Session, name: string): Promise<After["table"]> {
	const columns = await session.query(
		`select attname, format_type(atttypid, atttypmod) from pg_attribute
		where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
		[`"out"."${name}"`],
	);
	if (columns.rows.length === 0) return null;
	const list = columns.rows.map(([column]) => String(column));
	const cells = list.toSorted().map((column) => `"${column.replaceAll('"', '""')}"::text`);
	const rows = await session.query(`select json_build_array(${cells.join(", ")})::text from "out"."${name}" order by 1`);
	return {
		columns: columns.rows.map(([column, type]) => [String(column), String(type)] as const),
		rows: rows.rows.map(([row]) => JSON.parse(String(row))),
	};
}

function writeRun(root: string, run: number): readonly string[] {
	const names: string[] = [];
	const models: unknown[] = [];
	rmSync(join(root, "models"), { recursive: true, force: true });
	mkdirSync(join(root, "models/out"), { recursive: true });
	for (const [name, { config, columns, runs }] of Object.entries(SCENARIOS)) {
		const sql = runs[run];
		if (sql === undefined) continue;
		names.push(name);
		writeFileSync(join(root, "models/out", `${name}.sql`), sql);
		const typed = Object.entries(columns ?? {}).map(([column, data_type]) => ({ name: column, data_type }));
		models.push({
			name,
			config: sql.includes("materialized=") ? config : { materialized: "incremental", ...config },
			...(typed.length === 0 ? {} : { columns: typed }),
		});
	}
	writeFileSync(join(root, "models/_.yml"), yaml.dump({ models }));
	return names;
}

/** Everything that every scenario left after each of its runs. */
export async function runScenarios(world: World): Promise<Record<string, After[]>> {
	const root = mkdtempSync(join(tmpdir(), "tfm-incremental-"));
	const after: Record<string, After[]> = {};
	try {
		const layers = world.layered ? { layers: ["out"], schema_naming: "exact" } : { models: { "+schema": "out" } };
		writeFileSync(join(root, "tfm_project.yml"), yaml.dump({ name: "shop", profile: "shop", ...layers }));
		const output = world.output ?? { type: "pglite" };
		writeFileSync(
			join(root, "profiles.yml"),
			yaml.dump({ shop: { target: "dev", outputs: { dev: { ...output, schema: "out" } } } }),
		);
		mkdirSync(join(root, "macros"));
		copyFileSync(join(HERE, "newest.sql"), join(root, "macros/newest.sql"));
		writeFileSync(
			join(root, "macros/generate_schema_name.sql"),
			"{% macro generate_schema_name(custom_schema_name, node) %}out{% endmacro %}",
		);
		const last = Math.max(...Object.values(SCENARIOS).map((s) => s.runs.length));
		for (let run = 0; run < last; run++) {
			const names = writeRun(root, run);
			const { code, stderr } = await tfm(["run"], root);
			if (code === 2) throw new Error(stderr);
			const { results } = JSON.parse(readFileSync(join(root, "target/run_results.json"), "utf8"));
			const statuses = new Map<string, string>();
			for (const { unique_id, status } of results) statuses.set(unique_id.split(".").at(-1), status);
			await world.look(root, async (session) => {
				for (const name of names)
					(after[name] ??= []).push({ status: statuses.get(name) ?? "absent", table: await readTable(session, name) });
			});
		}
		return after;
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}
