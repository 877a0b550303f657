/** The project against the rules that its team chose. Pure; a rule sees the manifest and nothing else. */
import { type Diagnostic, diagnostic, type Severity } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import type { GraphNode, ModelNode, NodeId, Plain } from "../core/node.ts";
import { nodeMeta } from "../core/piiMark.ts";
import type { RuleName, RuleSettings } from "./ruleSettings.ts";

export interface RuleFinding {
	/** Null: the project as a whole. */
	readonly node: NodeId | null;
	readonly diagnostic: Diagnostic;
	/** Name of a rule of the project's own; absent: one in the box, which has a code to itself. */
	readonly rule?: string;
}

interface Subject {
	readonly node: ModelNode;
	/** Others rely on it: `access: public`, or of the last layer. */
	readonly isPublic: boolean;
	readonly settings: RuleSettings;
	readonly manifest: Manifest;
	/** Models with a test of the project's own that is called unique…: of several columns, of an expression. */
	readonly keyed: ReadonlySet<NodeId>;
}

type Rule = (subject: Subject, severity: Severity) => Diagnostic | null;

/** Models of the root project, or these of them: those of packages are not its team's to mend. Sorted by id. */
export function checkRules(
	manifest: Manifest,
	lastLayer: string | null,
	settings: RuleSettings,
	only?: ReadonlySet<string>,
): readonly RuleFinding[] {
	if (settings.severities.size === 0) return [];
	const models = [...manifest.nodes.values()]
		.filter((node): node is ModelNode => node.resource_type === "model" && node.package_name === manifest.projectName)
		.filter(({ unique_id: id }) => only?.has(id) !== false)
		.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1));
	const keyed = testedUnique(manifest);
	return models.flatMap((node) => {
		const isPublic = node.access === "public" || (lastLayer !== null && node.layer === lastLayer);
		const subject = { node, isPublic, settings, manifest, keyed };
		return [...settings.severities].flatMap(([rule, severity]): RuleFinding[] => {
			const found = BY_NAME[rule](subject, severity);
			const told = found === null ? null : unlessExcepted(found, { node, rule });
			return told === null ? [] : [{ node: node.unique_id, diagnostic: told }];
		});
	});
}

const testedUnique = ({ nodes }: Manifest): ReadonlySet<NodeId> =>
	new Set(
		[...nodes.values()].flatMap((node) =>
			node.resource_type === "test" && node.attached_node !== null && /^unique/.test(node.test_metadata?.name ?? "")
				? [node.attached_node]
				: [],
		),
	);

/** Null where the node says why it does without the rule: `meta: {rule_exceptions: {primary_key: "why"}}`. */
export function unlessExcepted(
	found: Diagnostic,
	{ node, rule }: { readonly node: GraphNode; readonly rule: string },
): Diagnostic | null {
	const { rule_exceptions: written } = nodeMeta(node);
	const exceptions: { readonly [rule: string]: Plain } =
		typeof written === "object" && written !== null && !Array.isArray(written)
			? (written as { readonly [rule: string]: Plain })
			: {};
	if (!Object.hasOwn(exceptions, rule)) return found;
	const reason = exceptions[rule];
	if (typeof reason === "string" && reason.trim() !== "") return null;
	return diagnostic("TFM-RULE-002", { node: node.name, rule }, { at: node.location, severity: found.severity });
}

const BY_NAME: Readonly<Record<RuleName, Rule>> = {
	primary_key: ({ node, keyed }, severity) =>
		keyed.has(node.unique_id) ||
		// Rows that a quarantine turned away are kept as they came.
		node.primary_key.length > 0 ||
		node.config.materialized === "ephemeral" ||
		node.config.rejects_of !== undefined
			? null
			: diagnostic("TFM-RULE-010", { node: node.name }, { at: node.location, severity }),
	description: ({ node, isPublic }, severity) =>
		!isPublic || node.description.trim() !== ""
			? null
			: diagnostic("TFM-RULE-011", { node: node.name }, { at: node.location, severity }),
	owner: (subject, severity) =>
		!subject.isPublic || hasOwner(subject)
			? null
			: diagnostic("TFM-RULE-012", { node: subject.node.name }, { at: subject.node.location, severity }),
	contract: ({ node, isPublic }, severity) => {
		const { enforced } = (node.config.contract ?? {}) as { readonly enforced?: boolean };
		return !isPublic || enforced === true || node.config.materialized === "ephemeral"
			? null
			: diagnostic("TFM-RULE-013", { node: node.name }, { at: node.location, severity });
	},
	select_star: ({ node, isPublic }, severity) =>
		!isPublic || !takesAll(node.raw_code)
			? null
			: diagnostic("TFM-RULE-014", { node: node.name }, { at: node.location, severity }),
	naming: ({ node, settings }, severity) => {
		const pattern = node.layer === null ? undefined : settings.naming.get(node.layer);
		if (pattern === undefined || matches(node.name, pattern)) return null;
		const facts = { node: node.name, layer: node.layer ?? "", pattern };
		return diagnostic("TFM-RULE-015", facts, { at: node.location, severity });
	},
};

/** All columns of another node, in whatever order it has them; all those of a CTE are the model's own business. */
const takesAll = (sql: string): boolean => {
	let text = sql.replace(/\{#[\s\S]*?#\}|--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
	// CTEs and subqueries stand in parentheses, which are taken away from the inside out.
	for (let before = ""; before !== text; ) {
		before = text;
		text = text.replace(/\([^()]*\)/g, " ");
	}
	return STAR.test(text);
};
const STAR = /\bselect\s+(?:distinct\s+)?(?:\w+\.)?\*\s+from\s+\{\{\s*(?:ref|source)\b/i;

function hasOwner({ node, manifest }: Subject): boolean {
	const group = [...(manifest.groups?.values() ?? [])].find(({ name }) => name === node.group);
	return [node.config.meta.owner, node.meta.owner, group?.owner.name, group?.owner.email].some(
		(owner) => typeof owner === "string" && owner !== "",
	);
}

const matches = (name: string, pattern: string): boolean =>
	new RegExp(`^${pattern.replace(/[^\w*]/g, "\\$&").replaceAll("*", ".*")}$`).test(name);
