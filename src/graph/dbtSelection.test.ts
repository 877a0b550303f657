import { describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import golden from "./dbtSelection.golden.json" with { type: "json" };
import { buildGraph } from "./graph.ts";
import type { IndirectSelection } from "./parseSelector.ts";
import { type SelectionRequest, selectNodes } from "./selectNodes.ts";
import { parseSelectorDefinitions } from "./selectorDefinitions.ts";
import { type SmallNode, smallManifest } from "./testing/smallManifest.ts";

/** What `dbt ls` of dbt-core 1.12.6 said: the ids, and the criteria it warned of; or the error it ended with. */
interface Case {
	readonly args: string;
	readonly ids?: readonly string[];
	readonly warnings?: readonly string[];
	readonly error?: string;
}

const manifest = smallManifest(golden.nodes as readonly SmallNode[]);
const graph = buildGraph(manifest);
/** What `dbt ls` shows unless told otherwise. */
const LISTED = [
	"model",
	"snapshot",
	"seed",
	"test",
	"source",
	"exposure",
	"metric",
	"saved_query",
	"semantic_model",
	"unit_test",
];

/** The few flags of the cases: each takes values up to the next flag. */
function requestOf(args: string): SelectionRequest {
	const flags = new Map<string, string[]>();
	let values: string[] = [];
	for (const word of args.split(" ")) {
		if (/^-[a-z-]/.test(word)) {
			values = flags.get(word) ?? [];
			flags.set(word, values);
		} else values.push(word);
	}
	const given = (flag: string): string[] => flags.get(flag) ?? [];
	const indirect = (given("--indirect-selection")[0] ?? "eager") as IndirectSelection;
	return {
		select: given("-s"),
		exclude: given("--exclude"),
		selector: given("--selector")[0],
		layers: [],
		resourceTypes: flags.get("--resource-type") ?? LISTED,
		excludeResourceTypes: given("--exclude-resource-type"),
		indirect,
		selectors: parseSelectorDefinitions(golden.selectors as readonly Plain[], { indirect, at: () => ({}) }),
		includeEmpty: true,
	};
}

describe("selection agrees with dbt", () => {
	it("on more than 200 cases", () => {
		expect(golden.cases.length).toBeGreaterThan(200);
	});

	for (const { args, ids, warnings, error } of golden.cases as readonly Case[]) {
		it(`for ls ${args}`, () => {
			if (error !== undefined) {
				expect(() => selectNodes(manifest, graph, requestOf(args))).toThrow(TfmError);
				return;
			}
			const found = selectNodes(manifest, graph, requestOf(args));
			expect(found.ids).toEqual(ids);
			const criteria = found.warnings.map((warning) => /"(.*)"/.exec(warning.message)?.[1]);
			expect(criteria).toEqual(warnings);
		});
	}
});
