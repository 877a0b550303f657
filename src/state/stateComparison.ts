/**
 * A project beside an earlier state of it: what `state:` selects, and why. Each node is compared once, when first asked
 * for.
 */
import { type Diagnostic, diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import { type GraphNode, isStored, type ModelNode, NOT_STORED, type NodeId } from "../core/node.ts";
import type { Change, Part } from "./change.ts";
import { changedMacros } from "./changedMacros.ts";
import { wasEnforced } from "./compareContracts.ts";
import { type ComparisonFacts, compareNodes, contractChange } from "./compareNodes.ts";
import { type EarlierManifest, isRecord, type PlainRecord } from "./earlierManifest.ts";

export interface StateComparison {
	/** The nodes that `state:VALUE` means; undefined where dbt knows no such value. Throws TFM-STATE-004. */
	readonly test: (value: string) => ((node: GraphNode) => boolean) | undefined;
	/** Empty for a node that is as it was. */
	readonly changesOf: (node: GraphNode) => readonly Change[];
	/** Broken contracts of unversioned models and seeds too large to compare, as far as they were looked at. */
	readonly warnings: () => readonly Diagnostic[];
}

export interface StateComparisonInput extends ComparisonFacts {
	readonly earlier: EarlierManifest;
	readonly manifest: Manifest;
	readonly now: Date;
}

/** What may stand after `state:`. */
export const STATES = [
	"new",
	"old",
	"modified",
	"unmodified",
	"modified.body",
	"modified.configs",
	"modified.persisted_descriptions",
	"modified.relation",
	"modified.macros",
	"modified.contract",
] as const;

/** For these dbt looks at every model's contract. */
const LOOKS_AT_CONTRACTS: ReadonlySet<string> = new Set(["modified", "unmodified", "modified.contract"]);
/** And for these at the rows of seeds. */
const LOOKS_AT_BODIES: ReadonlySet<string> = new Set(["modified", "unmodified", "modified.body"]);

const NEW: readonly Change[] = Object.freeze([{ part: "new", says: "it is new" }]);

export function createStateComparison(input: StateComparisonInput): StateComparison {
	const { earlier, manifest } = input;
	const known = new Map<NodeId, readonly Change[]>();
	const warnings: Diagnostic[] = [];
	let contractsChecked = false;
	let seedsChecked = false;
	let macroOf: ((node: GraphNode) => string | undefined) | null = null;

	const changesOf = (node: GraphNode): readonly Change[] => {
		requireTestMacro(node, earlier);
		const before = earlier.nodes.get(node.unique_id);
		if (before === undefined) return NEW;
		let changes = known.get(node.unique_id);
		if (changes === undefined) {
			macroOf ??= changedMacros(earlier, manifest);
			const macro = macroOf(node);
			const says = `it uses the macro ${macro?.replace(/^macro\./, "")}, which changed`;
			const found = compareNodes(before, node, input);
			changes = Object.freeze(macro === undefined ? found : [...found, { part: "macros", says }]);
			known.set(node.unique_id, changes);
		}
		return changes;
	};
	const isNew = (node: GraphNode): boolean => !earlier.nodes.has(node.unique_id);
	/** A new source, exposure or node of the semantic layer is not "modified" in dbt, any other new node is. */
	const isModified = (node: GraphNode): boolean =>
		isNew(node) ? node.resource_type === "unit_test" || hasSql(node) : changesOf(node).length > 0;
	const hasChanged = (part: Part) => (node: GraphNode) =>
		hasPart(node, part) && (isNew(node) || changesOf(node).some((change) => change.part === part));

	return {
		test(value) {
			if (LOOKS_AT_CONTRACTS.has(value) && !contractsChecked) {
				contractsChecked = true;
				warnings.push(...checkContracts(input));
			}
			if (LOOKS_AT_BODIES.has(value) && !seedsChecked) {
				seedsChecked = true;
				warnings.push(...largeSeeds(input));
			}
			switch (value) {
				case "new":
					return isNew;
				case "old":
					return (node) => !isNew(node);
				case "modified":
					return isModified;
				case "unmodified":
					return (node) => !isModified(node);
				case "modified.body":
					// A generic test's text follows from its arguments and config; only this method looks at it (dbt).
					return (node) => hasChanged("body")(node) || (isGenericTest(node) && otherText(earlier, node));
				case "modified.configs":
					return hasChanged("configs");
				case "modified.persisted_descriptions":
					return hasChanged("persisted_descriptions");
				case "modified.relation":
					return hasChanged("relation");
				case "modified.contract":
					return hasChanged("contract");
				case "modified.macros":
					return (node) => changesOf(node).some((change) => change.part === "macros");
				default:
					return undefined;
			}
		},
		changesOf,
		warnings: () => warnings,
	};
}

const hasSql = (node: GraphNode): boolean => isStored(node) && node.resource_type !== "source";

/** Sources, exposures and the semantic layer have some of the parts only; dbt asks whether the class has the comparison. */
function hasPart({ resource_type: type }: GraphNode, part: Part): boolean {
	if (type === "source") return part === "configs" || part === "relation";
	if (type !== "unit_test" && (NOT_STORED as readonly string[]).includes(type)) return part === "configs";
	return true;
}

const isGenericTest = (node: GraphNode): boolean => node.resource_type === "test" && node.test_metadata !== null;

const otherText = (earlier: EarlierManifest, node: GraphNode): boolean =>
	"raw_code" in node && earlier.nodes.get(node.unique_id)?.raw_code !== node.raw_code;

/** dbt refuses to compare a generic test whose macro was there and is gone. Throws TFM-STATE-009. */
function requireTestMacro(node: GraphNode, earlier: EarlierManifest): void {
	if (node.resource_type !== "test" || node.test_metadata === null) return;
	const ending = `.test_${node.test_metadata.name}`;
	if (node.depends_on.macros.some((id) => id.endsWith(ending))) return;
	if (![...earlier.macros.keys()].some((id) => id.endsWith(ending))) return;
	const facts = { test: node.test_metadata.name, node: node.name, file: node.original_file_path };
	fail("TFM-STATE-009", facts, { at: node.location });
}

const isModel = (node: { readonly resource_type?: unknown }): boolean => node.resource_type === "model";

/** Promises broken: an error for versioned models, all together; for others a warning. */
function checkContracts(input: StateComparisonInput): readonly Diagnostic[] {
	const { earlier, manifest } = input;
	const found: Diagnostic[] = [];
	const say = (
		node: { readonly name: string; readonly version: unknown; readonly original_file_path: unknown },
		{ breaking, dbt }: { readonly breaking: readonly string[]; readonly dbt: readonly string[] },
		at?: ModelNode,
	) => {
		const places = at === undefined ? {} : { at: at.location };
		const facts = { model: node.name, file: String(node.original_file_path), breaking, words: dbt };
		if (node.version == null) found.push(diagnostic("TFM-STATE-005", facts, { ...places, severity: "warning" }));
		else found.push(diagnostic("TFM-STATE-004", { ...facts, version: String(node.version) }, places));
	};
	for (const [id, before] of earlier.nodes) {
		if (!isModel(before)) continue;
		const node = manifest.nodes.get(id);
		if (node?.resource_type === "model") {
			const change = contractChange(before, node, input);
			if (change.kind === "changed" && change.breaking.length > 0) say(node, change, node);
			continue;
		}
		const disabled = manifest.disabled.get(id)?.[0];
		if (disabled?.resource_type === "model") {
			const kept = !input.contractOf(disabled).enforced || isPast(disabled.deprecation_date, input.now);
			if (!kept) say(disabled, gone(id, "disabled"), disabled);
		} else if (wasEnforced(before) && !isPast(before.deprecation_date, input.now))
			say(
				{
					name: String(before.name),
					version: before.version ?? null,
					original_file_path: before.original_file_path ?? "",
				},
				gone(id, "deleted or renamed"),
			);
	}
	const errors = found.filter((one) => one.severity === "error");
	if (errors.length > 0) throw new TfmError(errors);
	return found;
}

const gone = (id: NodeId, how: string) => ({
	breaking: [`the model was ${how}`],
	dbt: [`Contracted model '${id}' was ${how}.`],
});

const isPast = (date: unknown, now: Date): boolean =>
	typeof date === "string" && date !== "" && Date.parse(date) < now.getTime();

/** Seeds that are known by their path only: dbt says what it took them for. */
function largeSeeds({ earlier, manifest }: StateComparisonInput): readonly Diagnostic[] {
	return [...manifest.nodes.values()].flatMap((node): readonly Diagnostic[] => {
		if (node.resource_type !== "seed" || node.checksum.name !== "path") return [];
		const before = earlier.nodes.get(node.unique_id);
		if (before === undefined) return [];
		const checksum: PlainRecord = isRecord(before.checksum) ? before.checksum : {};
		const verdict =
			checksum.name !== "path" ? "grown" : checksum.checksum === node.checksum.checksum ? "unknown" : "moved";
		return [
			diagnostic(
				"TFM-STATE-006",
				{ seed: node.name, package: node.package_name, verdict },
				{ at: node.location, severity: "warning" },
			),
		];
	});
}
