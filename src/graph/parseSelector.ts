import { type DiagnosticPlaces, fail } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";

export type IndirectSelection = "eager" | "cautious" | "buildable" | "empty";

/** One condition with what is to be added around the nodes that meet it. */
export interface SelectorCriterion {
	readonly kind: "criterion";
	/** As written, for messages. */
	readonly raw: string;
	readonly method: MethodName;
	/** What follows the method's name: `config.meta.owner:x` has meta and owner. */
	readonly arguments: readonly string[];
	/** Text on the command line; selectors.yml may hold true or a number. */
	readonly value: Plain;
	/** `@` */
	readonly family: boolean;
	/** How many steps of inputs to add: 0 none, Infinity all. */
	readonly parents: number;
	readonly children: number;
	/** How tests of the selected nodes come along. */
	readonly indirect: IndirectSelection;
}

export interface SelectorGroup {
	readonly kind: "union" | "intersection" | "difference";
	readonly parts: readonly SelectorExpression[];
	/** How tests left over from the parts are looked at again. */
	readonly indirect: IndirectSelection;
	/** As written, where a warning is due when nothing is selected. */
	readonly expected: string | null;
}

export type SelectorExpression = SelectorCriterion | SelectorGroup;

/** dbt's methods (spec 2.4), and `layer`, which is ours. Sorted. */
export const METHODS = [
	"access",
	"config",
	"exposure",
	"file",
	"fqn",
	"group",
	"layer",
	"metric",
	"package",
	"path",
	"resource_type",
	"result",
	"saved_query",
	"selector",
	"semantic_model",
	"source",
	"source_status",
	"state",
	"tag",
	"test_name",
	"test_type",
	"unit_test",
	"version",
] as const;
export type MethodName = (typeof METHODS)[number];

/** dbt's grammar of one criterion, word for word; `\w` of Python covers all letters. */
const CRITERION =
	/^(?<family>@)?(?:(?<parentsDepth>\d*)(?<parents>\+))?(?:(?<method>[\p{L}\p{N}_.]+):)?(?<value>.*?)(?<children>\+(?<childrenDepth>\d*))?$/su;

/** What a value without a method means: a path has a slash, a file its ending, anything else is a name. */
function defaultMethod(value: string): MethodName {
	if (value.includes("/")) return "path";
	return /\.(?:sql|py|csv)$/i.test(value) ? "file" : "fqn";
}

/** `config.meta.owner` → config, [meta, owner]. Throws TFM-SELECT-001. */
export function readMethod(
	written: string,
	raw: string,
	places: DiagnosticPlaces = {},
): { method: MethodName; arguments: readonly string[] } {
	const [name = "", ...rest] = written.split(".");
	const method = METHODS.find((known) => known === name);
	if (method !== undefined) return { method, arguments: rest };
	const facts = { method: name, raw, suggestion: suggestName(name, METHODS), known: METHODS };
	return fail("TFM-SELECT-001", facts, places);
}

const depthOf = (sign: string | undefined, digits: string | undefined): number =>
	sign === undefined ? 0 : digits === undefined || digits === "" ? Number.POSITIVE_INFINITY : Number(digits);

/** `2+tag:nightly+`, `@stg_orders`: one criterion. Throws TFM-SELECT-001 and 002, at the place if it has one. */
export function parseCriterion(
	raw: string,
	indirect: IndirectSelection,
	places: DiagnosticPlaces = {},
): SelectorCriterion {
	const groups = CRITERION.exec(raw)?.groups;
	if (groups === undefined) throw new Error(`dbt's grammar matches every text, but not ${JSON.stringify(raw)}`);
	const value = groups.value ?? "";
	const named = groups.method;
	const method = named === undefined ? { method: defaultMethod(value), arguments: [] } : readMethod(named, raw, places);
	const family = groups.family !== undefined;
	if (family && groups.children !== undefined) fail("TFM-SELECT-002", { raw }, places);
	const parents = depthOf(groups.parents, groups.parentsDepth);
	const children = depthOf(groups.children?.[0], groups.childrenDepth);
	return Object.freeze({ kind: "criterion", raw, ...method, value, family, parents, children, indirect });
}

export interface ParseOptions {
	readonly indirect?: IndirectSelection;
	/** Whether a part that selects nothing deserves a warning. */
	readonly warn?: boolean;
}

/** `a b,c`: spaces join, commas intersect and bind closer. Throws TFM-SELECT-001 and 002. */
export function parseSelector(text: string, options: ParseOptions = {}): SelectorGroup {
	return parseSelectors([text], options);
}

/** Several `--select` values together: their union. */
export function parseSelectors(texts: readonly string[], options: ParseOptions = {}): SelectorGroup {
	const indirect = options.indirect ?? "eager";
	const parts = texts
		.flatMap((text) => {
			const words = text.split(/\s+/).filter((part) => part !== "");
			// An empty text, often a shell variable that is not set, selects nothing and deserves the warning of it.
			return words.length === 0 ? [""] : words;
		})
		.map(
			(raw): SelectorGroup => ({
				kind: "intersection",
				parts: raw.split(",").map((part) => parseCriterion(part, indirect)),
				indirect,
				expected: options.warn === true ? raw : null,
			}),
		);
	return { kind: "union", parts, indirect, expected: null };
}
