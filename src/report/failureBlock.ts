import type { RunSummary } from "../core/events.ts";
import { causedBy, type findCauses } from "../core/heldCauses.ts";
import type { NodeId } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import { diagnosticText, type ReadLine } from "./diagnosticText.ts";
import { failureText } from "./failureText.ts";
import { count, listing } from "./figures.ts";
import type { Look } from "./look.ts";
import { nextWithin } from "./nextWithin.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import { isFailure, isTest, type Outcome } from "./runBoard.ts";
import { headlineWidth, plainLabel } from "./runLines.ts";
import { sampleLines } from "./sampleLines.ts";
import { padEnd } from "./textWidth.ts";

export interface FailureContext {
	readonly look: Look;
	readonly readLine: ReadLine;
	readonly lookup: (id: NodeId) => NodeFacts | undefined;
	readonly summary: RunSummary;
	readonly causes: ReturnType<typeof findCauses>;
	/** What a command that is proposed needs besides: ` --env anna`. */
	readonly within: string;
}

const FIELD_WIDTH = 14;
const NAMES_SHOWN = 3;

/** One failure or warning in full: what, where, whose, sample rows, how to look closer, what it holds back. */
export function failureBlock(outcome: Outcome, context: FailureContext): string[] {
	const { look, lookup } = context;
	const { result } = outcome;
	const facts = lookup(outcome.id);
	const refused = result.held?.kind === "publish";
	const failed = isFailure(result) || refused;
	const sign = failed ? look.paint("bad", look.signs.failed) : look.paint("warn", look.signs.warned);
	const what = isErrored(result) ? "error" : refused ? "not published" : failureText(result, facts);
	return [
		` ${sign} ${padEnd(facts?.label ?? plainLabel(outcome), headlineWidth(look))} ${what}`,
		...placeLine(facts),
		...errorLines(outcome, context),
		...(result.sample === null ? [] : sampleLines(result.sample, look, facts)),
		...(facts?.failCalc != null ? [] : moreRows(outcome, look)),
		...fields(outcome, facts, context.within),
		...(failed ? consequences(outcome, context) : []),
		"",
	];
}

const isErrored = ({ status }: NodeResult): boolean => status === "error" || status === "runtime error";

function placeLine(facts: NodeFacts | undefined): string[] {
	if (facts === undefined) return [];
	return [`   ${facts.file}:${facts.line}${facts.owner === null ? "" : `   owner ${facts.owner}`}`];
}

function errorLines({ result }: Outcome, { look, readLine, within }: FailureContext): string[] {
	if (!isErrored(result) && result.status !== "partial success" && result.held?.kind !== "publish") return [];
	const text =
		result.diagnostic === null
			? (result.message ?? "no message")
			: diagnosticText(nextWithin(result.diagnostic, within), look, readLine);
	return text.split("\n").map((line) => `    ${line}`.trimEnd());
}

function moreRows({ result }: Outcome, look: Look): string[] {
	const { sample, failures } = result;
	if (sample === null || sample.rows.length === 0 || failures === null || failures <= sample.rows.length) return [];
	return [`     ${look.signs.ellipsis} ${failures - sample.rows.length} more`];
}

const field = (name: string, text: string): string => `   ${padEnd(name, FIELD_WIDTH)}${text}`;

function fields(outcome: Outcome, facts: NodeFacts | undefined, within: string): string[] {
	const { result } = outcome;
	const test = isTest(result.resource_type);
	const lines: string[] = [];
	const kept = result.storedIn ?? facts?.storedIn;
	// Of a test that could not be asked nothing is kept.
	if (kept != null && result.status !== "error") lines.push(field("Rows kept in", kept));
	if (result.resource_type === "unit_test")
		lines.push(field("Reproduce", `tfm test --select ${facts?.name ?? outcome.name}${within}`));
	else if (test && result.status !== "error")
		lines.push(field("Reproduce", `tfm show --failures ${outcome.name}${within}`));
	else if (test) lines.push(field("Reproduce", `tfm test --select ${outcome.name}${within}`));
	else if (result.resource_type === "model")
		lines.push(field("Reproduce", `tfm run --select ${outcome.name}${within}`));
	else if (result.resource_type === "seed")
		lines.push(field("Reproduce", `tfm seed --select ${outcome.name}${within}`));
	if (facts?.sqlPath != null && result.compiled) lines.push(field("SQL", facts.sqlPath));
	return lines;
}

function consequences(outcome: Outcome, context: FailureContext): string[] {
	const { summary, lookup, causes } = context;
	const caused = causedBy(outcome.id, outcome.layer, causes);
	const heldIds = new Set(summary.held);
	const blockedIds = new Set(summary.blocked);
	// A node that two tests of its layer fail is held by both, though only one of them is the reason given for it.
	const read = (lookup(outcome.id)?.tests ?? []).filter((id) => lookup(id)?.layer === outcome.layer);
	const held = [...new Set([...caused, ...read])].filter((id) => heldIds.has(id)).sort();
	const blocked = caused.filter((id) => blockedIds.has(id));
	if (held.length === 0 && blocked.length === 0) return [];
	const earlier = new Set(summary.leftUntouched);
	const untouched = untouchedText(
		[...held, ...blocked].filter((id) => earlier.has(id)),
		lookup,
	);
	const lines: string[] = [];
	if (held.length > 0)
		lines.push(field("Holds back", `${names(held, lookup)}${blocked.length === 0 ? untouched : ""}`));
	if (blocked.length > 0) lines.push(field("Blocks", `${byLayer(blocked, lookup)}${untouched}`));
	return lines;
}

const nameOf = (id: NodeId, lookup: FailureContext["lookup"]): string => lookup(id)?.label ?? id;

function names(ids: readonly NodeId[], lookup: FailureContext["lookup"]): string {
	const shown = ids.slice(0, NAMES_SHOWN).map((id) => nameOf(id, lookup));
	const more = ids.length - shown.length;
	return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more`;
}

/** `3 transform models, 100 gold models (12 owners)` */
function byLayer(ids: readonly NodeId[], lookup: FailureContext["lookup"]): string {
	const groups = new Map<string, number>();
	const owners = new Set<string>();
	for (const id of ids) {
		const facts = lookup(id);
		const type = facts?.resource_type ?? id.split(".", 1)[0] ?? "node";
		const group = facts?.layer == null ? type : `${facts.layer} ${type}`;
		groups.set(group, (groups.get(group) ?? 0) + 1);
		if (facts?.owner != null) owners.add(facts.owner);
	}
	const text = [...groups].map(([group, n]) => count(n, group)).join(", ");
	if (owners.size === 0) return text;
	return `${text} (${owners.size === 1 ? `owner ${[...owners][0]}` : count(owners.size, "owner")})`;
}

function untouchedText(ids: readonly NodeId[], lookup: FailureContext["lookup"]): string {
	const layers = new Set<string>();
	for (const id of ids) {
		const layer = lookup(id)?.layer;
		if (layer != null) layers.add(layer);
	}
	if (layers.size === 0) return "";
	return `; previous ${listing([...layers])} tables were left untouched`;
}
