import { hash } from "node:crypto";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	LOCAL_LOGIN,
	type LocalSnowflake,
	startLocalSnowflake,
} from "../../src/adapters/snowflake/testing/localSnowflake.ts";
import { REPOSITORY, type WarehouseProject, warehouseProject } from "../warehouse/warehouseProject.ts";

const PAGE = join(REPOSITORY, "docs/snowflake.md");
const TABLE = /(<!-- equality -->\n)[\s\S]*(<!-- \/equality -->)/;

/** Files that come later than the others: with them incremental models take in what is new. */
const LATER = [
	...["persons/20261108T060000_page_0001.json.gz", "persons/20261108T060000_page_0002.json.gz"],
	...["persons/20261108T060000_page_0003.json.gz", "listings/2026-11-02.jsonl", "transactions/2026-10.csv"],
	...["robots/2026-11-16.parquet", "robots/2026-11-16_old_gateway.parquet"],
].map((file) => join("data", file));

/** Digits that a number with decimals is compared by: a double has 15 to 17, and the last of a sum hang on its order. */
const SIGNIFICANT = 12;

/** A value as a text that both engines give: no zeros behind the last decimal, moments without T and zone, JSON by sorted keys. */
function canonical(value: unknown): unknown {
	if (value === null || value === undefined) return null;
	if (Array.isArray(value)) return value.map(canonical);
	if (typeof value === "object")
		return Object.fromEntries(
			Object.entries(value)
				.sort(([a], [b]) => (a < b ? -1 : 1))
				.map(([key, inner]) => [key, canonical(inner)]),
		);
	const text = String(value);
	if (/^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) && !/^-?\d+$/.test(text))
		return String(Number(Number(text).toPrecision(SIGNIFICANT)));
	const moment = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+?)0*)?(?:Z|[+-]\d\d:?\d\d)?$/.exec(text);
	if (moment) return `${moment[1]} ${moment[2]}${moment[3] && moment[3] !== "0" ? `.${moment[3]}` : ""}`;
	if (/^[[{]/.test(text)) {
		const document = parsed(text);
		if (document !== undefined) return canonical(document);
	}
	return text;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined; // A text that only begins as JSON does.
	}
}

const rowsOf = (rows: readonly object[]): readonly string[] =>
	rows
		.map((row) => {
			const lower = Object.entries(row).map(([name, value]) => [name.toLowerCase(), value] as const);
			return JSON.stringify(canonical(Object.fromEntries(lower.filter(([name]) => name !== "_tfm_loaded_at"))));
		})
		.sort();

const shortHash = (rows: readonly string[]): string => hash("sha256", rows.join("\n"), "hex").slice(0, 12);

describe("the reference warehouse on the local protocol server", { timeout: 600_000 }, () => {
	let local: LocalSnowflake;
	let onSnowflake: WarehouseProject;
	let embedded: WarehouseProject;
	beforeAll(async () => {
		local = await startLocalSnowflake();
		onSnowflake = warehouseProject();
		embedded = warehouseProject();
		const fields = { type: "snowflake", ...LOCAL_LOGIN, schema: "dev", threads: 2, access_url: local.server.url };
		const profile = { warehouse: { target: "snowflake", outputs: { snowflake: fields } } };
		writeFileSync(join(onSnowflake.root, "profiles.yml"), JSON.stringify(profile));
	});
	afterAll(async () => {
		onSnowflake.remove();
		embedded.remove();
		await local.server.stop();
	});

	/** By the name of the relation. */
	async function snowflakeContents(names: readonly string[]): Promise<Record<string, readonly object[]>> {
		const adapter = local.adapter();
		await adapter.open();
		try {
			return await adapter.withSession(async (session) => {
				const found = await session.query(
					"select table_schema, table_name from analytics.information_schema.tables where table_schema like 'DEV%'",
				);
				const schemas = new Map(found.rows.map(([schema, name]) => [String(name).toLowerCase(), String(schema)]));
				const contents: Record<string, readonly object[]> = {};
				for (const name of names) {
					const { columns, rows } = await session.query(
						`select * from ANALYTICS.${schemas.get(name)}.${name.toUpperCase()}`,
					);
					contents[name] = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, row[i]])));
				}
				return contents;
			});
		} finally {
			await adapter.close();
		}
	}

	/** What differs, relation by relation, and the lines of the table. */
	async function compared(): Promise<{ readonly lines: readonly string[]; readonly different: string }> {
		const here = await embedded.contents();
		const names = Object.keys(here).sort();
		const there = await snowflakeContents(names);
		const lines: string[] = [];
		const different: string[] = [];
		for (const name of names) {
			const [left, right] = [rowsOf(here[name]!), rowsOf(there[name]!)];
			lines.push(`| ${name} | ${left.length} | ${shortHash(left)} | ${right.length} | ${shortHash(right)} |`);
			const at = left.findIndex((row, i) => row !== right[i]);
			if (at === -1 && left.length === right.length) continue;
			different.push(`${name}\n- ${left[at]}\n+ ${right[at]}`);
		}
		return { lines, different: different.join("\n\n") };
	}

	async function runBoth(): Promise<void> {
		const theirs = await onSnowflake.run("run", "--profile", "warehouse");
		expect(theirs.code, theirs.stdout + theirs.stderr).toBe(0);
		const ours = await embedded.run("run");
		expect(ours.code, ours.stdout + ours.stderr).toBe(0);
	}

	test("all five pipelines run, and again with what came in later, and every relation has the rows that it has on the embedded database", async () => {
		const roots = [onSnowflake.root, embedded.root];
		for (const root of roots) for (const file of LATER) rmSync(join(root, file));
		await runBoth();
		for (const root of roots) for (const file of LATER) cpSync(join(REPOSITORY, file), join(root, file));
		for (const project of [onSnowflake, embedded]) project.wait(1);
		await runBoth();
		const { lines, different } = await compared();
		const head = "| relation | rows, embedded | hash | rows, Snowflake's protocol | hash |\n|---|---|---|---|---|\n";
		const page = readFileSync(PAGE, "utf8");
		const now = page.replace(TABLE, (_, begin: string, end: string) => `${begin}${head}${lines.join("\n")}\n${end}`);
		if (process.env.UPDATE_DOCS === "1") writeFileSync(PAGE, now);
		expect(different).toBe("");
		expect(now).toBe(readFileSync(PAGE, "utf8"));
	});
});
