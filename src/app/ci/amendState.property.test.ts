/** Whatever changes between two reviews, the state that is made from the one before is what looking at all files gives. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { brief, makeSandbox, NO_FLAGS, type Sandbox } from "../../config/testing/sandbox.ts";
import { TfmError } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { PARSE_OPTIONS } from "../../manifest/testing/readProject.ts";
import { projectStateText } from "../../state/readProjectState.ts";
import type { OpenProject } from "../openProject.ts";
import { knowProject } from "../parseCache/knowProject.ts";
import { headState } from "./headState.ts";
import { readKnownState, writeState } from "./knownState.ts";
import { modelRemarks } from "./modelRemarks.ts";

const RUNS = Number(process.env.TFM_PROPERTY_RUNS ?? 3);
const SEED = Number(process.env.TFM_PROPERTY_SEED ?? 1);

const from = (input: string, columns: string, rest = "") => `select ${columns} from {{ ref('${input}') }} ${rest}`;

/** By file, what it may hold; the first to begin with. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
	"tfm_project.yml": [1, 2].map((v) => `name: shop\nversion: '1.0'\nvars: {v: ${v}}\n`),
	"seeds/s.csv": ["id,name\n1,a\n", "id,name,more\n1,a,b\n"],
	"models/a.sql": [
		from("s", "id, name"),
		from("s", "id, name", "where id > {{ var('v') }}"),
		from("s", "id, upper(name) as name"),
		from("s", "id::text as id, name"),
		from("s", "id, name, 1 as more"),
		"-- a comment\nselect id, name from {{ ref('s') }}",
		"select id, name, '{{ env_var('TAG', 'none') }}' as tag from {{ ref('s') }}",
		from("s", "*, nothing"),
		"select id, name from {{ ref('s') }} where",
		"select s.id, t.name from {{ ref('s') }} s, elsewhere.t t",
		"select id, name, {{ graph.nodes.values() | map(attribute='raw_code') | join | length }} as n from {{ ref('s') }}",
	],
	"models/e.sql": [
		`{{ config(materialized='ephemeral') }} ${from("a", "id, name")}`,
		`{{ config(materialized='ephemeral') }} ${from("a", "id, name", "where id is not null")}`,
		`{{ config(materialized='ephemeral') }} ${from("a", "id, lower(name) as name, 2 as two")}`,
	],
	"models/b.sql": [
		from("e", "*, {{ m() }} as m"),
		from("e", "id, {{ m() }} as m"),
		from("e", "id, {{ m() }} as m, max(name) over () as name"),
		`${from("e", "*, {{ m() }} as m")} where id in (select id from "analytics"."public"."c")`,
	],
	"models/i.sql": [
		"{{ config(materialized='incremental') }} select id, m from {{ ref('b') }} {% if is_incremental() %}where id > 1{% endif %}",
		"{{ config(materialized='incremental') }} select id, m from {{ ref('b') }} {% if is_incremental() %}where id > 2{% endif %}",
		"{{ config(materialized='incremental') }} select id, m {% if is_incremental() %}, 1 as late{% endif %} from {{ ref('b') }}",
	],
	"models/c.sql": [
		from("b", "*"),
		from("b", "count(*) as n"),
		`select id, o.amount from {{ ref('b') }} join {{ source('raw', 'open') }} o using (id)`,
	],
	"models/o.sql": [
		"select id, amount from {{ source('raw', 'open') }}",
		"select id, amount, seen from {{ source('raw', 'open') }}",
		"select * from {{ source('raw', 'open') }}",
		"select id, amount + 1 as amount from {{ source('raw', 'open') }}",
	],
	"models/p.sql": [from("o", "*"), from("o", "id, later")],
	"models/schema.yml": ["", "meta: {pii: name}, "].flatMap((meta) =>
		["not_null", "unique"].map(
			(test) =>
				`sources: [{name: raw, tables: [{name: open}]}]\nmodels:\n  - name: a\n    columns: [{name: name, ${meta}data_tests: [${test}]}]\n`,
		),
	),
	"macros/m.sql": ["1", "2"].map((m) => `{% macro m() %}${m}{% endmacro %}`),
	"tests/t.sql": [from("a", "*", "where id is null"), from("a", "*", "where id < 0")],
};
const FILES = Object.keys(TEXTS);
const TEXT_FILES = FILES.flatMap((name, i) => (/^models.*sql$|^tests/.test(name) ? [i] : []));

type Edit =
	| { readonly kind: "write"; readonly file: number; readonly text: number }
	| { readonly kind: "remove"; readonly file: number }
	| { readonly kind: "env"; readonly value: string | undefined };

const text = fc.nat(20);
const edit: fc.Arbitrary<Edit> = fc.oneof(
	{
		weight: 12,
		arbitrary: fc.record({ kind: fc.constant("write" as const), file: fc.constantFrom(...TEXT_FILES), text }),
	},
	{
		weight: 2,
		arbitrary: fc.record({ kind: fc.constant("write" as const), file: fc.nat(FILES.length - 1), text }),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), file: fc.nat(FILES.length - 1) }) },
	{
		weight: 1,
		arbitrary: fc.record({ kind: fc.constant("env" as const), value: fc.constantFrom(undefined, "one", "two") }),
	},
);

const invocationIn = (cwd: string, env: Readonly<Record<string, string>>): Invocation =>
	({
		...{ cwd, env, flags: { ...NO_FLAGS, writeJson: false, extra: { introspect: false } } },
		...{ signal: new AbortController().signal, clock: () => new Date(0) },
	}) as unknown as Invocation;

/** What a review keeps of the project: the state and the remarks; `from` what it was made from. */
async function review(invocation: Invocation, project: OpenProject) {
	const known = readKnownState(invocation, project, new Map());
	const head = await headState(invocation, project);
	const remarks = head.remarks ?? modelRemarks(project, await head.analysed());
	if (!head.written) writeState(invocation, project, { ...head, remarks });
	const text = [...projectStateText(head.state)].join("");
	return { text, remarks, amended: known?.kind === "earlier" && head.from !== null };
}

interface Found {
	compared: number;
	amended: number;
}

async function compareAfter(sandbox: Sandbox, edits: readonly Edit[], found: Found): Promise<void> {
	const env: Record<string, string> = {};
	for (const one of [null, ...edits]) {
		if (one?.kind === "write") {
			const texts = TEXTS[FILES[one.file]!]!;
			sandbox.write({ [FILES[one.file]!]: texts[one.text % texts.length]! });
		} else if (one?.kind === "remove") rmSync(join(sandbox.dir, FILES[one.file]!), { force: true });
		else if (one?.value !== undefined) env.TAG = one.value;
		else delete env.TAG;
		const invocation = invocationIn(sandbox.dir, { PATH: process.env.PATH ?? "", ...env });
		try {
			const config = await sandbox.load();
			const options = { ...PARSE_OPTIONS, invocation: { ...PARSE_OPTIONS.invocation, env } };
			const read = (build: string | null): OpenProject =>
				({
					...knowProject(config, options, { build, because: "asked for" }),
					...{ config, runId: "run", startedAt: new Date(0) },
					engine: { dialect: options.dialect, type: "postgres", macroDirs: options.builtinMacroDirs },
				}) as OpenProject;
			const known = await review(invocation, read("1"));
			const written = readKnownState(invocation, read("1"), new Map());
			const cold = { ...read(null), config: { ...config, targetDir: join(sandbox.dir, "target/cold") } };
			const fresh = await review(invocation, cold);
			if (known.amended) found.amended++;
			found.compared++;
			expect(known.text).toBe(fresh.text);
			expect(known.remarks).toEqual(fresh.remarks);
			// Where it is known from now on, it is known as it would be written whole.
			if (written !== null) expect(written.kept.text).toBe(fresh.text);
		} catch (error) {
			// A project that cannot be read has no state.
			if (!(error instanceof TfmError)) throw error;
			expect(error.diagnostics.map(brief)).not.toEqual([]);
		}
	}
}

it(`is never stale, whatever was edited, in ${RUNS} histories`, { timeout: 600_000 }, async () => {
	const found = { compared: 0, amended: 0 };
	await fc.assert(
		fc.asyncProperty(fc.array(edit, { minLength: 4, maxLength: 12 }), async (edits) => {
			const sandbox = makeSandbox(Object.fromEntries(FILES.map((name) => [name, TEXTS[name]![0]!])));
			try {
				await compareAfter(sandbox, edits, found);
			} finally {
				sandbox.remove();
			}
		}),
		{ numRuns: RUNS, seed: SEED },
	);
	// Not by looking at all files each time.
	expect(found.amended).toBeGreaterThan(found.compared / 10);
	if (process.env.TFM_PROPERTY_RUNS !== undefined) process.stderr.write(`${JSON.stringify(found)}\n`);
});
