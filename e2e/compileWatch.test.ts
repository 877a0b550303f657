/** `tfm compile --watch`: after each change, of whatever kind, what is compiled is what a command of its own compiles. */
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startTfm, tfm } from "./runCase.ts";

let root: string;
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), "tfm-watch-")));
	put("tfm_project.yml", "name: shop\nvars: {v: 1}\n");
	put("models/a.sql", "select 1 as id");
	put("models/eph.sql", "{{ config(materialized='ephemeral') }} select id from {{ ref('a') }}");
	put("models/deep/b.sql", "select {{ m('id') }} as id, {{ var('v') }} as v from {{ ref('eph') }}");
	put("macros/m.sql", "{% macro m(x) %}{{ x }}{% endmacro %}");
	put("models/schema.yml", "models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	writeFileSync(join(root, path), text);
}

const compiledIn = (project: string): Record<string, string> => {
	const folder = join(project, "target/compiled");
	const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	return Object.fromEntries(
		files
			.map((entry) => join(entry.parentPath, entry.name))
			.sort()
			.map((path) => [path.slice(folder.length), readFileSync(path, "utf8")]),
	);
};

/** What a fresh copy of the project compiles to. */
async function cold(): Promise<Record<string, string>> {
	const copy = realpathSync(mkdtempSync(join(tmpdir(), "tfm-cold-")));
	try {
		cpSync(root, copy, { recursive: true, filter: (path) => !/\/(?:target|\.tfm|logs)$/.test(path) });
		const { code, stderr } = await tfm(["compile"], copy);
		expect(stderr).toBe("");
		expect(code).toBe(0);
		return compiledIn(copy);
	} finally {
		rmSync(copy, { recursive: true, force: true });
	}
}

async function until(met: () => boolean): Promise<void> {
	for (let i = 0; !met(); i++) {
		if (i > 600) throw new Error("nothing came");
		await pause(50);
	}
}

const says = (text: string): number => text.split("compiled ").length - 1;

const CHANGES: readonly (readonly [what: string, change: () => void, says: string])[] = [
	["a text", () => put("models/a.sql", "select 2 as id"), "compiled 1 node\n"],
	["a text of the same size", () => put("models/a.sql", "select 3 as id"), "compiled 1 node\n"],
	[
		"an ephemeral model",
		() => put("models/eph.sql", "{{ config(materialized='ephemeral') }} select id + 1 as id from {{ ref('a') }}"),
		"compiled 2 nodes\n",
	],
	["an input", () => put("models/deep/b.sql", "select id from {{ ref('a') }}"), "compiled 4 nodes\n"],
	["a configuration", () => put("models/a.sql", "{{ config(alias='x') }} select 3 as id"), "compiled 4 nodes\n"],
	["a macro", () => put("macros/m.sql", "{% macro m(x) %}{{ x }} * 2{% endmacro %}"), "compiled 4 nodes\n"],
	[
		"properties",
		() => put("models/schema.yml", "models: [{name: a, columns: [{name: id, data_tests: [unique, not_null]}]}]"),
		"compiled 5 nodes\n",
	],
	["the project file", () => put("tfm_project.yml", "name: shop\nvars: {v: 2}\n"), "compiled 5 nodes\n"],
	["a new folder", () => put("models/new/c.sql", "select {{ var('v') }} as v from {{ ref('deep_b') }}"), "TFM-REF-001"],
	[
		"the mistake in it",
		() => put("models/new/c.sql", "select {{ var('v') }} as v from {{ ref('b') }}"),
		"compiled 6 nodes\n",
	],
	[
		"a text in it",
		() => put("models/new/c.sql", "select {{ var('v') }} as w from {{ ref('b') }}"),
		"compiled 1 node\n",
	],
	["a name", () => renameSync(join(root, "models/new/c.sql"), join(root, "models/new/d.sql")), "compiled 6 nodes\n"],
	[
		"a text by another file in its place",
		() => {
			put("models/a.tmp", "{{ config(alias='x') }} select 4 as id");
			renameSync(join(root, "models/a.tmp"), join(root, "models/a.sql"));
		},
		"compiled 1 node\n",
	],
	["a mistake in a template", () => put("models/a.sql", "select {{ 1"), "TFM-JINJA"],
	["its end", () => put("models/a.sql", "select 5 as id"), "compiled 6 nodes\n"],
	["a file that is gone", () => rmSync(join(root, "models/new/d.sql")), "compiled 5 nodes\n"],
];

it("compiles again what an edit changes, and everything where more than a text changed", {
	timeout: 300_000,
}, async () => {
	const watching = startTfm(["compile", "--watch"], root);
	await until(() => watching.said().includes("waiting for changes"));
	for (const [what, change, expected] of CHANGES) {
		const before = watching.said().length;
		change();
		await until(() => watching.said().slice(before).includes(expected)).catch(() => {
			expect(watching.said().slice(before), what).toContain(expected);
		});
		expect(says(watching.said().slice(before)), what).toBeLessThanOrEqual(1);
		if (expected.startsWith("compiled")) expect(compiledIn(root), what).toMatchObject(await cold());
	}
	watching.stop();
	expect(await watching.ended).toBe(0);
});

it("says of an edit what tfm check says of it and of what reads its columns", { timeout: 300_000 }, async () => {
	put("models/reader.sql", "select id from {{ ref('a') }}");
	const watching = startTfm(["compile", "--watch", "--select", "a"], root);
	const after = async (change: () => void, end: string): Promise<string> => {
		const before = watching.said().length;
		change();
		await until(() => watching.said().slice(before).includes(end)).catch(() => {
			expect(watching.said().slice(before)).toContain(end);
		});
		return watching.said().slice(before);
	};
	await after(() => undefined, "checked 4 nodes: nothing looks wrong\n");
	const renamed = await after(() => put("models/a.sql", "select 1 as key"), "checked 4 nodes: 3 warnings\n");
	expect(renamed).toContain("compiled 1 node\n");
	expect(renamed).toContain("models/reader.sql:1:8");
	const broken = await after(
		() => put("models/a.sql", "select 1 as id frm x"),
		"checked 1 node: 1 warning; 2 findings elsewhere (tfm check)\n",
	);
	expect(broken).toContain("TFM-SQL-005");
	await after(() => put("models/a.sql", "select 1 as id"), "checked 4 nodes: nothing looks wrong\n");
	await after(() => put("macros/m.sql", "{% macro m(x) %}nothing{% endmacro %}"), "checked 4 nodes: 1 warning\n");
	watching.stop();
	expect(await watching.ended).toBe(0);
});
