import { describe, expect, it } from "vitest";
import type { BuildOutline, OutlinedNode } from "../core/buildOutline.ts";
import { outlineText } from "./outlineText.ts";

const node: OutlinedNode = {
	...{ id: "model.p.events", name: "events", layer: "marts", resource_type: "model", change: "modified" },
	...{ why: ["its SQL changed"], way: "new rows only", columns: ["+ country", "type n integer → bigint"] },
	...{ stands: { rows: 9_120_411, bytes: 1_234_567_890 }, usual_seconds: 31 },
} as OutlinedNode;

const outline: BuildOutline = {
	...{ schema_version: "tfm.plan/1", project: "p", target: "prod", environment: null, head: "c2ed99f0" },
	against: { kind: "base", commit: "fc90a790", says: "the merge base with main" },
	nodes: [
		node,
		{
			...node,
			name: "codes",
			resource_type: "seed",
			way: "loaded",
			change: "added",
			stands: null,
			usual_seconds: null,
		},
	],
	tests: ["test.p.a"],
	left: [{ id: "source.p.raw", name: "raw", because: "others fill it; it is read as it stands" }],
	removed: [{ id: "model.p.old", name: "old" }],
	exposures: [{ name: "board", owner: null, because: "it shows events" }],
	unaffected: 1,
	findings: [],
	costs: {
		replaces: { rows: 9_120_411, bytes: 1_234_567_890 },
		reads: { relations: 1, rows: null, bytes: 999 },
		...{ seconds: 31, timed: 1, of: 3 },
	},
} as BuildOutline;

const shown = (of: BuildOutline): string =>
	outlineText(of, {
		stream: { isTTY: false, columns: 80, write: () => {} },
		output: { logFormat: "text", verbosity: 0, color: "never", progress: "auto", width: null },
		env: {},
		readLine: () => undefined,
	});

describe("a plan for a person", () => {
	it("says what would be built, what is beside it, and what that costs", () => {
		expect(shown(outline)).toMatchInlineSnapshot(`
			"the files of c2ed99f beside the merge base with main (fc90a79), for prod

			TO BUILD        HOW                 ROWS    SIZE  USUALLY  WHY
			~ marts.events  new rows only  9,120,411  1.2 GB      31s  its SQL changed; columns: + country, type n integer → bigint
			+ marts.codes   seed, loaded           -       -        -  its SQL changed; columns: + country, type n integer → bigint

			reaches board: it shows events
			old is gone from the project; what stands of it stays until somebody drops it
			raw is not built: others fill it; it is read as it stands
			1 node below a change, and unaffected

			2 nodes and 1 test · 9,120,411 rows, 1.2 GB stand there · reads 999 B of 1 relation that stays · usually 31s of work (1 of 3 known)
			"
		`);
	});

	it("names two hundred nodes and counts the rest", () => {
		const text = shown({ ...outline, nodes: Array.from({ length: 205 }, () => node) });
		expect(text.match(/~ marts\.events/g)).toHaveLength(200);
		expect(text).toContain("\nand 5 more\n");
	});
});
