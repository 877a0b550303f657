/** What rules of the project's own answered → findings. Pure. */
import { diagnostic } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import { allNodes, findNode, type Manifest } from "../core/manifest.ts";
import type { GraphNode, NodeId } from "../core/node.ts";
import { type RuleFinding, unlessExcepted } from "./checkRules.ts";
import type { OwnRule } from "./ruleSettings.ts";

/** What a rule gave, not yet looked at; or why it gave nothing. */
export type RuleOutcome =
	| { readonly kind: "answered"; readonly answers: readonly unknown[] }
	| { readonly kind: "failed"; readonly problem: string; readonly at?: Location }
	/** A function of a fork that the base does not have. */
	| { readonly kind: "withheld" };

/** A rule that finds more is told of so many: nobody reads a thousand lines. */
export const MOST_ANSWERS = 1_000;
const LONGEST_MESSAGE = 1_000;

/** Finds a node by its id, or by a name that only one has. */
export type NodeNamed = (name: string) => GraphNode | undefined;

export function nodesNamed(manifest: Manifest): NodeNamed {
	const byName = new Map<string, GraphNode | null>();
	for (const kind of allNodes(manifest))
		for (const node of kind.values()) {
			const name = node.resource_type === "source" ? `${node.source_name}.${node.name}` : node.name;
			byName.set(name, byName.has(name) ? null : node);
		}
	return (name) => findNode(manifest, name as NodeId) ?? byName.get(name) ?? undefined;
}

/** In the order in which the rule gave them. A wrong answer is told once, as a fault of the rule. */
export function judgeAnswers(rule: OwnRule, outcome: RuleOutcome, nodeNamed: NodeNamed): readonly RuleFinding[] {
	const start: Location = { file: rule.path, line: 1, column: 1 };
	const broken = (problem: string, at: Location = start): RuleFinding => ({
		node: null,
		rule: rule.name,
		diagnostic: diagnostic("TFM-RULE-003", { rule: rule.name, problem }, { at, severity: "error" }),
	});
	if (outcome.kind === "failed") return [broken(outcome.problem, outcome.at)];
	if (outcome.kind === "withheld") {
		const withheld = diagnostic("TFM-RULE-004", { rule: rule.name }, { at: start, severity: "warning" });
		return [{ node: null, rule: rule.name, diagnostic: withheld }];
	}
	const problems: string[] = [];
	const findings = outcome.answers.slice(0, MOST_ANSWERS).flatMap((answer, i): RuleFinding[] => {
		const found = finding(rule, answer, nodeNamed);
		if (typeof found !== "string") return found === null ? [] : [found];
		problems.push(`answer ${i + 1}: ${found}`);
		return [];
	});
	if (outcome.answers.length > MOST_ANSWERS) problems.push(`it found more than ${MOST_ANSWERS.toLocaleString("en")}`);
	const [first, ...others] = problems;
	if (first === undefined) return findings;
	return [...findings, broken(others.length === 0 ? first : `${first} (and ${others.length} more)`)];
}

/** Null: excepted. Text: what is wrong with the answer. */
function finding({ name, severity }: OwnRule, answer: unknown, nodeNamed: NodeNamed): RuleFinding | string | null {
	if (typeof answer !== "object" || answer === null) return "it is no object with a message";
	const { node: named = null, message, file = null, line = null } = answer as { readonly [key: string]: unknown };
	if (typeof message !== "string" || message.trim() === "") return "it has no message";
	if (named !== null && typeof named !== "string") return "its node is no text";
	if (file !== null && typeof file !== "string") return "its file is no text";
	if (line !== null && !(typeof line === "number" && Number.isInteger(line) && line > 0))
		return "its line is no whole number from 1";
	const node = named === null ? null : nodeNamed(named);
	if (node === undefined) return `there is no node ${JSON.stringify(named)}, or several have that name`;
	const at = file === null ? withLine(node?.location, line) : { file, line: line ?? 1, column: 1 };
	const text = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)} …` : message;
	const found = diagnostic("TFM-RULE-020", { rule: name, message: text, node: node?.name ?? null }, { at, severity });
	const told = node === null ? found : unlessExcepted(found, { node, rule: name });
	return told === null ? null : { node: node?.unique_id ?? null, rule: name, diagnostic: told };
}

const withLine = (at: Location | undefined, line: number | null): Location | undefined =>
	at === undefined || line === null ? at : { file: at.file, line, column: 1 };
