import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTfm, tfm } from "./runCase.ts";

/** Rows in the site: none unless asked for, and of personal columns none at all. */
let root: string;
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), "tfm-samples-"));
	const write = (path: string, text: string): void => writeFileSync(join(root, path), text);
	for (const folder of ["models", "seeds", "tests"]) mkdirSync(join(root, folder));
	write("tfm_project.yml", "name: shop\n");
	write("seeds/persons.csv", "id,email,name\n1,ada@example.org,Ada\n2,bob@example.org,\n3,,\n");
	write("models/people.sql", "select id, email, name from {{ ref('persons') }}");
	write("models/mailing.sql", "select id, lower(email) as address from {{ ref('people') }}");
	write("tests/sly.sql", "select email as id from {{ ref('people') }}");
	const columns = ["email, meta: {pii: email}, data_tests: [not_null]", "name, data_tests: [not_null]"];
	const tests = columns.map((column) => `      - {name: ${column}}\n`).join("");
	write("models/_.yml", `models:\n  - name: people\n    columns:\n      - {name: id, data_tests: [unique]}\n${tests}`);
	expect((await tfm(["seed"], root)).code).toBe(0);
	expect((await tfm(["run"], root)).code).toBe(0);
	expect((await tfm(["test"], root)).code).toBe(1);
}, 240_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Samples by name, and all the data as text. */
async function generate(...options: string[]) {
	const { code, stdout } = await tfm(["docs", "generate", ...options], root);
	const folder = join(root, "target/site/data/node");
	const texts = code === 0 ? readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8")) : [];
	const nodes = texts.flatMap((text) => Object.values(JSON.parse(text) as Record<string, Sampled>));
	const samples = nodes.flatMap((node) => [node, ...node.tests]).filter(({ sample }) => sample !== undefined);
	return {
		code,
		stdout,
		text: texts.join(),
		samples: Object.fromEntries(samples.map(({ id, sample }) => [id.split(".")[2], sample])),
	};
}
interface Sampled {
	readonly id: string;
	readonly tests: readonly Sampled[];
	readonly sample?: object;
}

it("shows no rows unless it is asked to, and no more than 100 (TFM-DOCS-009)", async () => {
	expect((await generate()).samples).toEqual({});
	const refused = await tfm(["docs", "generate", "--sample-rows", "101"], root);
	expect(refused.code).toBe(2);
	expect(refused.stderr + refused.stdout).toContain("TFM-DOCS-009");
}, 120_000);

it("shows keys of what tests find, never personal columns, declared or inherited, by whatever name", async () => {
	const { samples, text } = await generate("--sample-rows", "2");
	expect(samples).toMatchObject({
		people: {
			columns: ["id", "name"],
			rows: [
				["1", "Ada"],
				["2", null],
			],
			withheld: ["email"],
		},
		mailing: { columns: ["id"], rows: [["1"], ["2"]], withheld: ["address"] },
		not_null_people_name: {
			columns: ["id", "name"],
			rows: [
				["2", null],
				["3", null],
			],
			withheld: [],
		},
		not_null_people_email: { columns: ["id"], rows: [["3"]], withheld: ["email"] },
	});
	// The seed declares nothing, so nothing of it is known to be personal.
	expect(Object.keys(samples).sort()).toEqual([
		"mailing",
		"not_null_people_email",
		"not_null_people_name",
		"people",
		"persons",
	]);
	expect(text.replace(/"rows":\[\["1","ada@example.org"[^\]]*\],\[[^\]]*\]\]/g, "")).not.toContain("example.org");
}, 120_000);

it("shows whole rows of what tests find with --show-rows, without the personal columns", async () => {
	const { samples } = await generate("--sample-rows", "1", "--show-rows");
	expect(samples.not_null_people_email).toEqual({ columns: ["id", "name"], rows: [["3", null]], withheld: ["email"] });
	expect(samples).not.toHaveProperty("sly");
}, 120_000);

it("makes the site anew after a command, while it is served, and tells the pages that are open", async () => {
	expect((await generate()).code).toBe(0);
	const server = startTfm(["docs", "serve", "--port", "0", "--watch"], root);
	const stopped = new AbortController();
	try {
		await expect.poll(server.said, { timeout: 120_000 }).toContain("docs at ");
		const url = /docs at (\S+)/.exec(server.said())![1]!;
		const live = await fetch(`${url}_live`, { signal: stopped.signal });
		writeFileSync(join(root, "models/more.sql"), "select 1 as id");
		expect((await tfm(["run", "--select", "more"], root)).code).toBe(0);
		const reader = live.body!.pipeThrough(new TextDecoderStream()).getReader();
		let heard = "";
		while (!heard.includes("event: reload")) heard += (await reader.read()).value;
		// Artifacts are written one after the other: the site may be made more than once.
		const graph = async (): Promise<string> => {
			const index = /id="index">(.*?)<\/script>/.exec(await (await fetch(url)).text())![1]!;
			return (await fetch(url + (JSON.parse(index) as { graph: string }).graph)).text();
		};
		await expect.poll(graph, { timeout: 120_000 }).toContain('"more"');
	} finally {
		stopped.abort();
		server.stop();
		expect(await server.ended).toBe(0);
		rmSync(join(root, "models/more.sql"));
	}
}, 240_000);
