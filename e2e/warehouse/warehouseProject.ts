import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { TestDatabase } from "../../src/adapters/postgres/testing/testDatabase.ts";
import { type Called, tfm } from "../runCase.ts";

export const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What the reference warehouse is made of, in the repository. */
export const WAREHOUSE_FILES = ["tfm_project.yml", "models", "seeds", "macros", "tests", "data"];

/** A copy of the reference warehouse with a database of its own. */
export interface WarehouseProject {
	readonly root: string;
	run(...argv: string[]): Promise<Called>;
	/** The next commands are of so many days later. */
	wait(days: number): void;
	/** Every row of every relation that the project loads and builds. */
	contents(): Promise<Contents>;
	remove(): void;
}

export type Row = Readonly<Record<string, unknown>>;

/** By the name of the model, seed or source table; rows in the order of their JSON texts, without their load times. */
export type Contents = Readonly<Record<string, readonly Row[]>>;

interface Listed {
	readonly name: string;
	readonly resource_type: string;
	readonly source_name?: string;
	readonly config: { readonly materialized?: string };
}

/** On the embedded database, or on the server's database given. */
export function warehouseProject(server?: TestDatabase): WarehouseProject {
	const root = mkdtempSync(join(tmpdir(), "tfm-warehouse-"));
	for (const part of WAREHOUSE_FILES) cpSync(join(REPOSITORY, part), join(root, part), { recursive: true });
	if (server !== undefined) writeFileSync(join(root, "profiles.yml"), profileOf(server));
	let minutes = 0;
	let waited = 0;
	// Later each time: what an incremental model has seen is known by its load time.
	const clock = () => new Date(Date.UTC(2026, 10, 21 + waited, 6, minutes));
	const run = (...argv: string[]) => {
		minutes++;
		return tfm(argv, root, server === undefined ? {} : { TFM_PROFILE: "warehouse" }, clock);
	};
	const contents = async () => {
		const listed = await run("ls", "--resource-type", "model", "seed", "source", "--output", "json", "-q");
		const nodes = listed.stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line) as Listed)
			.filter((node) => node.config.materialized !== "ephemeral");
		// One command for all of them: opening the database is most of what a command costs.
		const parts = nodes.map(({ name, resource_type, source_name }) => {
			const call = resource_type === "source" ? `source('${source_name}', '${name}')` : `ref('${name}')`;
			return `select '${name}' as name, (to_jsonb(t) - '_tfm_loaded_at')::text as content from {{ ${call} }} as t`;
		});
		const sql = parts.join(" union all ");
		const shown = await run("show", "--inline", sql, "--limit", "-1", "--output", "json", "-q");
		expect(shown.stderr).toBe("");
		const texts = Object.fromEntries(nodes.map(({ name }) => [name, [] as string[]]));
		for (const { name, content } of (JSON.parse(shown.stdout) as { show: { name: string; content: string }[] }).show)
			texts[name]!.push(content);
		return Object.fromEntries(
			Object.entries(texts).map(([name, list]) => [name, list.sort().map((text) => JSON.parse(text) as Row)]),
		);
	};
	const wait = (days: number) => {
		waited += days;
	};
	return { root, run, wait, contents, remove: () => rmSync(root, { recursive: true, force: true }) };
}

const profileOf = (server: TestDatabase): string => `warehouse:
  target: server
  outputs:
    server:
      type: postgres
      host: ${JSON.stringify(server.host)}
      port: ${server.port}
      user: ${JSON.stringify(server.user)}
      password: ${JSON.stringify(server.password)}
      database: ${JSON.stringify(server.database)}
      schema: dev
      threads: 4
`;
