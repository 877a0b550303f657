import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeSandbox, type Sandbox } from "../../config/testing/sandbox.ts";
import type { InvocationFacts } from "../../context/context.ts";
import type { NodeId } from "../../core/node.ts";
import { PARSE_OPTIONS } from "../../manifest/testing/readProject.ts";
import { knowProject, type ReadProject } from "./knowProject.ts";
import { cachePath } from "./parseCache.ts";

const A = "model.shop.a" as NodeId;
let sandbox: Sandbox;
beforeEach(() => {
	sandbox = makeSandbox({
		"tfm_project.yml": "name: shop\nversion: '1.0'\n",
		"models/a.sql": "{{ config(tags=[env_var('TAG', 'none')], meta={'full': flags.FULL_REFRESH}) }} select 1 as id",
		"models/a.yml": "models: [{name: a, columns: [{name: id, data_tests: [not_null]}]}]\n",
	});
});
afterEach(() => sandbox.remove());

async function know(more: Partial<InvocationFacts> = {}, build = "1"): Promise<ReadProject> {
	const invocation = {
		id: "run",
		startedAt: new Date(),
		flags: { FULL_REFRESH: false, WHICH: "run" },
		env: {},
		...more,
	};
	return knowProject(await sandbox.load(), { ...PARSE_OPTIONS, invocation }, { build, because: "" });
}
const tagsIn = ({ manifest }: ReadProject) => manifest.nodes.get(A)!.tags;
/** With one bit turned. */
const flipped = (bytes: Buffer, at: number): Buffer => {
	const copy = Buffer.from(bytes);
	copy[at]! ^= 1;
	return copy;
};
const file = async () => cachePath(await sandbox.load());

describe("a project that was read", () => {
	it("is known while nothing changes, also to another run at another time", async () => {
		expect((await know()).read).toBe("nothing is known of it yet");
		const known = await know({ id: "another", startedAt: new Date(5), flags: { FULL_REFRESH: false, WHICH: "test" } });
		expect(known.read).toBe(null);
		expect(known.facts.invocation.id).toBe("another");
	});

	it("is known whatever V8 was told meanwhile", async () => {
		expect((await know()).read).not.toBe(null);
		setFlagsFromString("--interrupt-budget=200000");
		expect((await know()).read).toBe(null);
	});

	it("is known by the same name while nothing changes, and by another after a change", async () => {
		const { known } = await know();
		expect(known).toEqual({ key: expect.stringMatching(/^[0-9a-f]{40}$/), base: known?.key, edited: [] });
		expect((await know()).known).toEqual(known);
		sandbox.write({ "models/a.sql": "select 2 as id" });
		expect((await know()).known?.key).not.toBe(known?.key);
	});

	it("is known with the texts of now where nothing else changed, and by the reading that it was taken from", async () => {
		const { known } = await know();
		const text = `${readFileSync(join(sandbox.dir, "models/a.sql"), "utf8")} -- a remark`;
		sandbox.write({ "models/a.sql": text });
		const edited = await know();
		expect([edited.read, edited.manifest.nodes.get(A)!.raw_code]).toEqual([null, text]);
		expect(edited.known).toEqual({ key: expect.any(String), base: known!.base, edited: [A] });
		expect(edited.known!.key).not.toBe(known!.key);
		expect((await know()).known).toEqual(edited.known);
	});

	it("is read again where a text asks for something else, and where nothing was kept of what it says", async () => {
		await know();
		for (const text of [
			"{{ config(tags=['x']) }} select 1",
			"select {{ 1 +",
			"",
			"select {{ modules.itertools.chain }}",
		]) {
			sandbox.write({ "models/a.sql": text });
			const answer = await know().then(
				({ read }) => read,
				(error: unknown) => error,
			);
			expect(answer).not.toBe(null);
		}
	});

	it("is taken from the files where a part turns out to be damaged, and not known to the next command", async () => {
		await know();
		const path = await file();
		const bytes = readFileSync(path);
		writeFileSync(path, flipped(bytes, bytes.lastIndexOf("raw_code")));
		const project = await know();
		expect([project.read, existsSync(path)]).toEqual([null, true]);
		expect(project.manifest.nodes.get(A)!.raw_code).toContain("select 1 as id");
		expect(existsSync(path)).toBe(false);
		expect((await know()).read).toBe("nothing is known of it yet");
	});

	it("is what it was to a command that has opened it, whoever writes another meanwhile", async () => {
		await know();
		const [one, two] = [await know(), await know()];
		sandbox.write({ "models/a.sql": "{{ config(tags=['b']) }} select 2 as id" });
		expect(tagsIn(await know())).toEqual(["b"]);
		expect([tagsIn(one), tagsIn(two)]).toEqual([["none"], ["none"]]);
	});

	it("knows the place of a test, which takes a second reading, and of a model", async () => {
		await know();
		const { manifest } = await know();
		const places = [...manifest.nodes.values()].map(({ location: at }) => `${at.file}:${at.line}:${at.column}`);
		expect(places).toEqual(["models/a.sql:1:1", "models/a.yml:1:54"]);
	});

	it("is read again when a file, a variable, a flag or a setting that it was read with changes, and says so", async () => {
		await know();
		expect((await know({ env: { OTHER: "x" } })).read).toBe(null);
		const retagged = await know({ env: { TAG: "night" } });
		expect([retagged.read, tagsIn(retagged)]).toEqual(["the environment variable TAG changed", ["night"]]);
		expect((await know()).read).toBe("the environment variable TAG changed");
		expect((await know({ flags: { FULL_REFRESH: true } })).read).toBe("the flag FULL_REFRESH changed");
		sandbox.write({ "models/b.sql": "select 1" });
		expect((await know()).read).toBe("model shop models/b.sql is new");
		sandbox.write({ "models/b.sql": "select * from {{ ref('a') }}" });
		expect((await know()).read).toBe("model shop models/b.sql changed");
		sandbox.write({ "tfm_project.yml": "name: shop\nversion: '1.1'\n" });
		expect((await know()).read).toBe("the project's settings, variables or target changed");
		expect((await know({}, "2")).read).toBe("it was read by another build of tfm");
	});

	it.each(["invocation_id", "run_started_at", "modules.datetime.datetime.now()", "dbt_metadata_envs"])(
		"is read again when a node is configured by %s, and known when its text only prints it",
		async (what) => {
			const later = { id: "another", startedAt: new Date(5), env: { DBT_ENV_CUSTOM_ENV_A: "1" } };
			sandbox.write({ "models/b.sql": `select '{{ ${what} }}' as at from {{ ref('a') }}` });
			await know();
			expect((await know(later)).read).toBe(null);
			sandbox.write({ "models/b.sql": `{{ config(meta={'is': ${what} | string}) }} select 1` });
			await know();
			expect((await know(later)).read).toBe("model.shop.b depends on the time");
		},
	);

	it("is read each time when a property asked for the time, and says why", async () => {
		sandbox.write({
			"macros/generate_schema_name.sql":
				"{% macro generate_schema_name(custom_schema_name, node) %}day_{{ run_started_at.day }}{% endmacro %}",
		});
		await know();
		expect((await know()).read).toBe(
			"nothing is known of it yet; not kept: the time or the run was asked for outside of a node's text",
		);
	});

	it.each([
		["cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length - 9), "its end is damaged"],
		["longer by a byte", (bytes: Buffer) => Buffer.concat([bytes, Buffer.from("x")]), "its end is damaged"],
		[
			"changed in what is read first",
			(bytes: Buffer) => flipped(bytes, bytes.indexOf(10) + 9),
			"its content is damaged",
		],
		["empty", () => Buffer.alloc(0), "it is of another version"],
		["somebody else's", () => Buffer.from("hello"), "it is of another version"],
		["without values", (bytes: Buffer) => bytes.subarray(0, bytes.indexOf(10) + 1), "its end is damaged"],
		[
			"with a broken head",
			(b: Buffer) => Buffer.concat([b.subarray(0, b.indexOf(10) + 1), Buffer.from("{\n")]),
			"its end is damaged",
		],
	])("is read again when the file is %s", async (_title, damage, why) => {
		await know();
		const path = await file();
		writeFileSync(path, damage(readFileSync(path)));
		expect((await know()).read).toBe(`what was known cannot be read: ${why}`);
		expect((await know()).read).toBe(null);
	});

	it("leaves no part of a file that a killed process wrote", async () => {
		const [old, young] = ["old", "young"].map((name) => `${name}.part`);
		const path = await file();
		mkdirSync(dirname(path), { recursive: true });
		for (const name of [old, young]) writeFileSync(`${path}.${name}`, "half");
		const twoHoursAgo = Date.now() / 1000 - 7200;
		utimesSync(`${path}.${old}`, twoHoursAgo, twoHoursAgo);
		await know();
		expect(readdirSync(dirname(path)).filter((name) => name.endsWith(".part"))).toEqual([`${basename(path)}.${young}`]);
	});

	it("holds no value of the environment", async () => {
		await know({ env: { TAG: "a value of four words" } });
		expect(tagsIn(await know({ env: { TAG: "a value of four words" } }))).toEqual(["a value of four words"]);
		const text = readFileSync(await file(), "latin1");
		const heldFor = text.slice(text.lastIndexOf('{"header"'));
		expect(heldFor).toContain("TAG");
		expect(heldFor).not.toContain("four words");
	});
});
