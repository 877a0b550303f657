/** Whatever changes between two commands, what is known of the project is what reading it afresh would say. */
import {
	cpSync,
	existsSync,
	linkSync,
	mkdirSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { brief, makeSandbox, type Sandbox } from "../../config/testing/sandbox.ts";
import { TfmError } from "../../core/diagnostic.ts";
import { kindsOf, type NodeOutline, outlinesOf } from "../../core/nodeOutline.ts";
import { PARSE_OPTIONS } from "../../manifest/testing/readProject.ts";
import { listFiles } from "../../parse/parseProject.ts";
import { isAsStamped, readStamps } from "./fileStamps.ts";
import { knowProject, type ReadProject } from "./knowProject.ts";
import { PartedMap } from "./partedMap.ts";
import { ReplacedMap } from "./replacedMap.ts";

const RUNS = Number(process.env.TFM_PROPERTY_RUNS ?? 8);
const SEED = Number(process.env.TFM_PROPERTY_SEED ?? 1);

/** By file, what it may hold; the first to begin with. Those of one length are told apart by nothing but their content. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
	"tfm_project.yml": ["a", "b"].map(
		(v) => `name: shop\nversion: '1.0'\nvars: {v: ${v}}\non-run-start: ["select '{{ var('v') }}'"]\n`,
	),
	"models/a.sql": [
		"select 1 as id",
		"select 2 as id",
		"{{ config(materialized=m()) }} select 1 as id",
		"\n  -- moved\nselect 2 as id",
		"{% if env_var('TAG', 'none') == 'two' %}{{ config(tags=['two']) }}{% endif %}select 1 as id",
		"select '{{ modules.itertools.chain }}' as id",
	],
	"models/b.sql": [
		"{{ config(tags=[env_var('TAG', 'none'), var('v')]) }} select * from {{ ref('a') }}",
		"{{ config(tags=['full'] if flags.FULL_REFRESH else []) }} select * from {{ ref('a') }}",
		"{{ config(meta={'at': run_started_at | string, 'of': invocation_id}) }} select * from {{ ref('c') }}",
	],
	"models/c.sql": [
		"select * from {{ ref('b') }}",
		"{# config( #} select 1 as one, * from {{ ref('b') }}",
		"select *, '{{ run_started_at }} {{ invocation_id }}' as loaded from {{ ref('s') }}",
		"{% if run_started_at.second % 2 == 0 %}select * from {{ ref('a') }}{% else %}{{ config(tags=['odd']) }} select 1 as id{% endif %}",
	],
	"models/schema.yml": ["not_null", "unique", "wrong"].map(
		(test) =>
			`models:\n  - name: a\n    description: "{{ doc('d') }}"\n    columns: [{name: id, data_tests: [${test}, {accepted_values: {arguments: {values: [1]}}}]}]\n`,
	),
	"tests/t.sql": ["select * from {{ ref('a') }} where false", "\nselect * from {{ ref('a') }} where 1 = 2"],
	"analyses/n.sql": ["select 1 from {{ ref('c') }}", "select 2 from {{ ref('c') }}", "select 3"],
	"models/docs.md": ["{% docs d %}one{% enddocs %}", "{% docs d %}two{% enddocs %}"],
	"macros/m.sql": ["view", "table"].map((m) => `{% macro m() %}{{ return('${m}') }}{% endmacro %}`),
	"macros/schemas.sql": [
		"{% macro generate_alias_name(custom_alias_name=none, node=none) %}{{ node.name ~ '_' ~ env_var('SUFFIX', 'x') }}{% endmacro %}",
		"{# none #}",
	],
	"seeds/s.csv": ["id\n1\n", "id\n2\n"],
	".dbtignore": ["", "models/c.sql\n"],
};
const FILES = Object.keys(TEXTS);
const ENV = ["TAG", "SUFFIX"];

/** Files are old enough after this time in place of two seconds; a kernel's clock ticks every ten milliseconds at most. */
const SETTLED_MS = 25;

/** In seconds. All files begin with it, and `backdated` puts it back, as a tool that keeps times would. */
const OLD_TIME = 1_700_000_000;

/** Ways to write a file. */
const WRITES = ["write", "backdated", "replaced", "replaced and backdated", "through a link"] as const;

type Edit =
	| { readonly kind: (typeof WRITES)[number]; readonly file: number; readonly text: number }
	| { readonly kind: "remove" | "rename"; readonly file: number }
	| { readonly kind: "swap"; readonly file: number; readonly other: number }
	/** The folder as a copy that kept times, with what is known of it; how it was last time comes back in its place. */
	| { readonly kind: "wait" | "copied back" | "restored" }
	| { readonly kind: "env"; readonly name: number; readonly value: string | undefined }
	| { readonly kind: "flag"; readonly value: boolean }
	| { readonly kind: "nothing" };

const file = fc.nat(FILES.length - 1);
const edit: fc.Arbitrary<Edit> = fc.oneof(
	{ weight: 5, arbitrary: fc.record({ kind: fc.constant("write" as const), file, text: fc.nat(5) }) },
	{ weight: 6, arbitrary: fc.record({ kind: fc.constantFrom(...WRITES), file, text: fc.nat(5) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("swap" as const), file, other: file }) },
	{ weight: 5, arbitrary: fc.constant({ kind: "wait" as const }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("copied back" as const, "restored" as const) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("remove" as const, "rename" as const), file }) },
	{
		weight: 3,
		arbitrary: fc.record({
			kind: fc.constant("env" as const),
			name: fc.nat(1),
			value: fc.constantFrom(undefined, "", "one", "two"),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("flag" as const), value: fc.boolean() }) },
	fc.constant({ kind: "nothing" as const }),
);

const plain = (_: string, value: unknown): unknown =>
	value instanceof Map || value instanceof PartedMap || value instanceof ReplacedMap ? [...value] : value;

/** What selectors are told of a node before it is read. */
const outlineOf = ({ unique_id, name, resource_type, package_name, fqn, tags, layer, ...node }: NodeOutline) => {
	const { original_file_path, patch_path, version = null } = node;
	const { database, schema, checksum = null, test_metadata = null } = node;
	const sum = typeof checksum === "object" ? checksum?.checksum : checksum;
	const known = { database, schema, checksum: sum, test: test_metadata?.name };
	const named = { unique_id, name, resource_type, package_name, original_file_path, fqn, tags, layer, patch_path };
	return { ...named, version, ...known };
};

/** Everything a command can see of it, places included. */
function seen({ manifest }: ReadProject): string {
	const outlines = [...outlinesOf(manifest.nodes)].map(outlineOf);
	expect(outlines).toEqual([...manifest.nodes.values()].map(outlineOf));
	expect(kindsOf(manifest.nodes)).toEqual(kindsOf(new Map(manifest.nodes)));
	const nodes = [...manifest.nodes.values(), ...[...manifest.disabled.values()].flat()];
	return JSON.stringify(
		{
			// tfm's own macros would hide what differs.
			manifest: { ...manifest, macros: [...manifest.macros.values()].filter((m) => m.package_name === "shop") },
			places: nodes.map((node) => [node.unique_id, node.location]),
			frozen: nodes.every((node) => Object.isFrozen(node)),
		},
		plain,
	);
}

const outcome = (read: () => ReadProject): string => {
	try {
		return seen(read());
	} catch (error) {
		if (error instanceof TfmError) return error.diagnostics.map(brief).join("\n");
		throw error;
	}
};

/**
 * Changes made, answers that were known, those among them with edited texts, and answers compared; files of the project
 * that were known by their times.
 */
interface Found {
	mutations: number;
	known: number;
	amended: number;
	same: number;
	stood: number;
}

/** How many of the project's own files bear the stamp that they are known by. */
function standing(config: Parameters<typeof listFiles>[0], of: string): number {
	const { builtin, own } = listFiles(config, PARSE_OPTIONS);
	const path = join(config.targetDir, "file_stamps.tfm");
	const stamps = readStamps(path, { of, files: builtin.length + own.length });
	if (stamps === null) return 0;
	return own.filter(({ absolute }, at) => isAsStamped(stamps, builtin.length + at, statSync(absolute))).length;
}

async function compareAfter(sandbox: Sandbox, edits: readonly Edit[], found: Found) {
	const env: Record<string, string | undefined> = {};
	const state = { FULL_REFRESH: false };
	for (const [step, one] of [{ kind: "nothing" as const }, ...edits].entries()) {
		await apply(sandbox, one, env, state);
		if (one.kind !== "nothing") found.mutations++;
		const invocation = { id: `run ${step}`, startedAt: new Date(step * 1000), flags: { ...state }, env: { ...env } };
		const options = { ...PARSE_OPTIONS, invocation };
		const config = await sandbox.load().catch((error: unknown) => {
			if (error instanceof TfmError) return null;
			throw error;
		});
		if (config === null) continue;
		const fresh = outcome(() => knowProject(config, options, { build: null, because: "asked for" }));
		let read: string | null = "";
		const remembered = outcome(() => {
			const project = knowProject(config, options, { build: "1", because: "", settledMs: SETTLED_MS });
			read = project.read;
			if (read === null) found.stood += standing(config, project.known!.base);
			if ((project.known?.edited.length ?? 0) > 0) found.amended++;
			return project;
		});
		if (read === null) found.known++;
		found.same++;
		expect(remembered).toBe(fresh);
	}
}

async function apply(
	sandbox: Sandbox,
	one: Edit,
	env: Record<string, string | undefined>,
	state: { FULL_REFRESH: boolean },
): Promise<void> {
	const nameOf = (file: number): string => join(sandbox.dir, FILES[file]!);
	switch (one.kind) {
		case "write":
		case "backdated":
		case "replaced":
		case "replaced and backdated":
		case "through a link": {
			const texts = TEXTS[FILES[one.file]!]!;
			write(sandbox, nameOf(one.file), { how: one.kind, text: texts[one.text % texts.length]! });
			break;
		}
		case "swap":
			swap(nameOf(one.file), nameOf(one.other), join(sandbox.home, "swapped"));
			break;
		case "wait":
			await sleep(SETTLED_MS + 15);
			break;
		case "copied back":
			copyBack(sandbox);
			break;
		case "restored":
			restore(sandbox);
			break;
		case "remove":
			rmSync(nameOf(one.file), { force: true });
			break;
		case "rename": {
			const from = nameOf(one.file);
			const to = join(dirname(from), "moved", FILES[one.file]!.split("/").at(-1)!);
			mkdirSync(dirname(to), { recursive: true });
			if (existsSync(from)) renameSync(from, to);
			break;
		}
		case "env":
			env[ENV[one.name]!] = one.value;
			break;
		case "flag":
			state.FULL_REFRESH = one.value;
	}
}

function write(
	{ home }: Sandbox,
	path: string,
	{ how, text }: { readonly how: (typeof WRITES)[number]; readonly text: string },
): void {
	mkdirSync(dirname(path), { recursive: true });
	const before = statSync(path, { throwIfNoEntry: false });
	const aside = join(home, "aside");
	rmSync(aside, { force: true });
	if (how === "through a link" && before !== undefined) linkSync(path, aside);
	const place = how === "write" || how === "backdated" ? path : aside;
	writeFileSync(place, text);
	if (how.startsWith("replaced") || before === undefined) place === path || renameSync(place, path);
	if (how.endsWith("backdated")) utimesSync(path, OLD_TIME, OLD_TIME);
}

/** Two files in each other's place, with one time. */
function swap(one: string, other: string, aside: string): void {
	if (one === other || !existsSync(one) || !existsSync(other)) return;
	for (const path of [one, other]) utimesSync(path, OLD_TIME, OLD_TIME);
	renameSync(one, aside);
	renameSync(other, one);
	renameSync(aside, other);
}

/** What stands now becomes the copy, to come back later. */
function copyBack({ dir, home }: Sandbox): void {
	const copy = join(home, "copy");
	rmSync(copy, { recursive: true, force: true });
	renameSync(dir, copy);
	cpSync(copy, dir, { recursive: true, preserveTimestamps: true });
}

/** The very files of an earlier time, by their own inodes, with what is known now. */
function restore({ dir, home }: Sandbox): void {
	const copy = join(home, "copy");
	const now = join(home, "now");
	if (!existsSync(copy)) return;
	rmSync(now, { recursive: true, force: true });
	renameSync(dir, now);
	renameSync(copy, dir);
	renameSync(now, copy);
	const [known, old] = [join(copy, "target"), join(dir, "target")];
	rmSync(old, { recursive: true, force: true });
	if (existsSync(known)) cpSync(known, old, { recursive: true, preserveTimestamps: true });
}

it(`is never stale, whatever was edited, in ${RUNS} histories`, { timeout: 600_000 }, async () => {
	const found = { mutations: 0, known: 0, amended: 0, same: 0, stood: 0 };
	await fc.assert(
		fc.asyncProperty(fc.array(edit, { minLength: 4, maxLength: 14 }), async (edits) => {
			const sandbox = makeSandbox(Object.fromEntries(FILES.map((name) => [name, TEXTS[name]![0]!])));
			for (const name of FILES) utimesSync(join(sandbox.dir, name), OLD_TIME, OLD_TIME);
			try {
				await compareAfter(sandbox, edits, found);
			} finally {
				sandbox.remove();
			}
		}),
		{ numRuns: RUNS, seed: SEED },
	);
	// Not by never knowing anything.
	expect(found.known).toBeGreaterThan(found.same / 10);
	expect(found.amended).toBeGreaterThan(found.same / 50);
	if (process.platform === "linux") expect(found.stood).toBeGreaterThan(found.same / 2);
	if (process.env.TFM_PROPERTY_RUNS !== undefined) process.stderr.write(`${JSON.stringify(found)}\n`);
});
