import { type Diagnostic, fail } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import { compareModelVersions } from "../core/modelVersions.ts";
import {
	type GraphNode,
	isStored,
	type ModelNode,
	type Plain,
	type ResourceType,
	type SourceNode,
} from "../core/node.ts";
import type { NodeOutline } from "../core/nodeOutline.ts";
import { samePlain } from "../core/samePlain.ts";
import { suggestName } from "../core/suggestName.ts";
import { fnmatcher } from "./fnmatch.ts";
import { fqnMatcher } from "./fqnMatch.ts";
import { pathMatcher } from "./globPath.ts";
import type { SelectorCriterion } from "./parseSelector.ts";

export type NodeTest = (node: GraphNode) => boolean;
/** Asks nothing but what names a node. */
export type OutlineTest = (node: NodeOutline) => boolean;

/** What earlier runs say about nodes. Each throws where the artifact that it needs is not there. */
export interface EarlierRuns {
	readonly state: (value: string) => NodeTest;
	readonly result: (status: string) => NodeTest;
	readonly sourceStatus: (value: string) => NodeTest;
	/** What was remarked while comparing. */
	readonly warnings: () => readonly Diagnostic[];
}

const isModel = (node: GraphNode): node is ModelNode => node.resource_type === "model";
const nothing: NodeTest = () => false;

function byFqn(value: string): OutlineTest {
	const matches = fqnMatcher(value);
	return ({ resource_type: kind, fqn, version = null }) =>
		kind !== "source" && matches(fqn, kind === "model" && version !== null);
}

/** The root project's own files are there; those of packages count where the root project has the same path. */
function byPath(value: string, manifest: Manifest, existsInRoot: (path: string) => boolean): OutlineTest {
	if (value === "" || value.startsWith("/")) fail("TFM-SELECT-014", { value });
	const matches = pathMatcher(value);
	return (node) => {
		const there = node.package_name === manifest.projectName ? () => true : existsInRoot;
		const { file, folders } = matches(node.original_file_path);
		if ((file && there(node.original_file_path)) || folders.some(there)) return true;
		const [, owner, path = ""] = /^([^:]*):\/\/(.*)$/s.exec(node.patch_path ?? "") ?? [];
		return path !== "" && matches(path).file && (owner === manifest.projectName || existsInRoot(path));
	};
}

function byFile(value: string): OutlineTest {
	const matches = fnmatcher(value);
	return (node) => {
		const name = node.original_file_path.split("/").at(-1) ?? "";
		return matches(name) || matches(name.replace(/(?<=.)\.[^.]+$/, ""));
	};
}

function byPackage(value: string, manifest: Manifest): OutlineTest {
	const matches = fnmatcher(value === "this" ? manifest.projectName : value);
	return (node) => matches(node.package_name);
}

/** `table`, `source.table` or `package.source.table`. */
function bySource(value: string): NodeTest {
	const parts = value.split(".");
	if (parts.length > 3) {
		fail("TFM-SELECT-006", { method: "source", value, form: "source, source.table or package.source.table" });
	}
	const [packageName, source, table] = (
		parts.length === 1 ? ["*", parts[0], "*"] : parts.length === 2 ? ["*", ...parts] : parts
	).map((part) => fnmatcher(part ?? "*"));
	const matches = (node: SourceNode): boolean =>
		packageName?.(node.package_name) === true && source?.(node.source_name) === true && table?.(node.name) === true;
	return (node) => node.resource_type === "source" && matches(node);
}

/** `name` or `package.name` of one kind of node. */
function byNameOfKind(criterion: SelectorCriterion, value: string): NodeTest {
	const kind = criterion.method;
	const parts = value.split(".");
	if (parts.length > 2) fail("TFM-SELECT-006", { method: kind, value, form: "name or package.name" });
	const [packageName, name] = (parts.length === 1 ? ["*", value] : parts).map(fnmatcher);
	return (node) =>
		(node.resource_type as string) === kind && packageName?.(node.package_name) === true && name?.(node.name) === true;
}

function byTag(value: string): OutlineTest {
	const matches = fnmatcher(value);
	return (node) => node.tags.some(matches);
}

function byGroup(value: string): NodeTest {
	const matches = fnmatcher(value);
	return (node) => {
		// dbt looks at nodes and metrics; semantic models and saved queries have a group and are not found by it.
		if (node.resource_type === "source" || (!isStored(node) && node.resource_type !== "metric")) return false;
		const group = node.config.group ?? node.group;
		return typeof group === "string" && group !== "" && matches(group);
	};
}

function byLayer(value: string): OutlineTest {
	const matches = fnmatcher(value);
	return (node) => node.layer !== null && matches(node.layer);
}

/** Steps down mappings only; a name on the way that is not there selects nothing. */
function descend(config: object, path: readonly string[]): { readonly value: unknown } | undefined {
	let at: unknown = config;
	for (const key of path) {
		if (typeof at !== "object" || at === null || Array.isArray(at)) return undefined;
		// dbt's attributes are written with underscores, its keys with dashes: pre_hook and pre-hook.
		const name = [key, key.replaceAll("_", "-")].find((written) => Object.hasOwn(at as object, written));
		if (name === undefined) return undefined;
		at = (at as Record<string, unknown>)[name];
	}
	return { value: at };
}

/** dbt compares as Python does: text with text, `true` and `false` in any case, a list by what it holds. */
function byConfig(criterion: SelectorCriterion): NodeTest {
	const { arguments: path, value: wanted } = criterion;
	const word = typeof wanted === "string" || typeof wanted === "boolean" ? String(wanted).toLowerCase() : null;
	const anyCase = path.length === 1 && path[0] === "severity" && typeof wanted === "string";
	const same = (found: unknown): boolean =>
		samePlain(found, wanted) || (anyCase && typeof found === "string" && found.toLowerCase() === word);
	return (node) => {
		if (!isStored(node)) return false;
		const found = descend(node.config, path);
		if (found === undefined) return false;
		const { value } = found;
		if (!Array.isArray(value))
			return same(value) || (word === "true" && value === true) || (word === "false" && value === false);
		// In Python 1 is in [True] and 0 in [False].
		const truth = word === "true" ? [true, 1] : word === "false" ? [false, 0] : [];
		return value.some((item) => same(item) || truth.includes(item));
	};
}

function byTestName(value: string): NodeTest {
	const matches = fnmatcher(value);
	return (node) => {
		if (node.resource_type === "unit_test") return matches(node.name);
		return node.resource_type === "test" && node.test_metadata !== null && matches(node.test_metadata.name);
	};
}

const oneOf = (method: string, value: string, allowed: readonly string[]): string =>
	allowed.includes(value)
		? value
		: fail("TFM-SELECT-003", { method, value, suggestion: suggestName(value, allowed), allowed });

function byTestType(value: string): NodeTest {
	const type = oneOf("test_type", value, ["generic", "singular", "data", "unit", "schema"]);
	return (node) => {
		if (type === "unit") return node.resource_type === "unit_test";
		if (node.resource_type !== "test") return false;
		const generic = node.test_metadata !== null;
		return type === "data" || generic === (type === "generic" || type === "schema");
	};
}

/** What NodeType of dbt 1.12 holds; kinds that a manifest never has select nothing. */
export const RESOURCE_TYPES: readonly string[] = [
	"analysis",
	"doc",
	"exposure",
	"fixture",
	"function",
	"group",
	"macro",
	"metric",
	"model",
	"operation",
	"rpc",
	"saved_query",
	"seed",
	"semantic_model",
	"snapshot",
	"source",
	"sql operation",
	"test",
	"unit_test",
];

function byResourceType(value: string): OutlineTest {
	const type = oneOf("resource_type", value, RESOURCE_TYPES);
	return (node) => node.resource_type === type;
}

function byVersion(value: string): NodeTest {
	const which = oneOf("version", value, ["latest", "prerelease", "old", "none"]);
	return (node) => {
		if (!isModel(node)) return false;
		const { version, latest_version: latest } = node;
		if (version === null) return which === "none";
		if (latest === null) return false;
		const order = compareModelVersions(version, latest);
		return which === "latest" ? order === 0 : which === "prerelease" ? order > 0 : which === "old" && order < 0;
	};
}

export interface NodeTestFacts {
	/** Whether the root project has this path; absent = every path of a node is there. */
	readonly existsInRoot?: ((path: string) => boolean) | undefined;
	/** Absent where no earlier run is given to compare with. */
	readonly earlier?: EarlierRuns | undefined;
}

const earlierOf = ({ method, raw }: SelectorCriterion, earlier: EarlierRuns | undefined): EarlierRuns =>
	earlier ?? fail("TFM-SELECT-004", { method, raw });

/** The condition of one criterion where what names a node decides it; null where more of the node has to be read. */
export function outlineTest(
	criterion: SelectorCriterion,
	manifest: Manifest,
	{ existsInRoot = () => true }: NodeTestFacts = {},
): OutlineTest | null {
	const value = textOf(criterion.value);
	switch (criterion.method) {
		case "fqn":
			return byFqn(value);
		case "path":
			return byPath(value, manifest, existsInRoot);
		case "file":
			return byFile(value);
		case "package":
			return byPackage(value, manifest);
		case "tag":
			return byTag(value);
		case "layer":
			return byLayer(value);
		case "resource_type":
			return byResourceType(value);
		default:
			return null;
	}
}

/** The only kind of node that a method finds; null: it may find others. */
export function kindOfMethod({ method }: SelectorCriterion): ResourceType | null {
	switch (method) {
		case "source":
		case "exposure":
		case "metric":
		case "semantic_model":
		case "saved_query":
		case "unit_test":
			return method;
		default:
			return null;
	}
}

/**
 * The condition of one criterion as a test of a node; `selector:` is resolved elsewhere. Throws TFM-SELECT-003, 004,
 * 006 and 014 for values that the method cannot have.
 */
export function nodeTest(criterion: SelectorCriterion, manifest: Manifest, facts: NodeTestFacts = {}): NodeTest {
	const { earlier } = facts;
	const named = outlineTest(criterion, manifest, facts);
	if (named !== null) return named;
	const value = textOf(criterion.value);
	switch (criterion.method) {
		case "source":
			return bySource(value);
		case "exposure":
		case "metric":
		case "semantic_model":
		case "saved_query":
		case "unit_test":
			return byNameOfKind(criterion, value);
		case "group":
			return byGroup(value);
		case "access":
			return (node) => isModel(node) && node.access === value;
		case "config":
			return byConfig(criterion);
		case "test_name":
			return byTestName(value);
		case "test_type":
			return byTestType(value);
		case "version":
			return byVersion(value);
		case "state":
			return earlierOf(criterion, earlier).state(value);
		case "result":
			return earlierOf(criterion, earlier).result(value);
		case "source_status":
			return earlierOf(criterion, earlier).sourceStatus(value);
		default:
			return nothing;
	}
}

/** In selectors.yml a value may be true or a number. */
const textOf = (value: Plain): string => (typeof value === "string" ? value : value === null ? "" : String(value));
