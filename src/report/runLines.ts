import type { RunEvent, Usual } from "../core/events.ts";
import { ageText } from "../core/freshness.ts";
import { findCauses } from "../core/heldCauses.ts";
import type { NodeResult } from "../core/result.ts";
import { rowsBrought } from "../core/rowsBrought.ts";
import { failureText } from "./failureText.ts";
import { count, roughSeconds, seconds, wholeSeconds } from "./figures.ts";
import type { Look, Tone } from "./look.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import { isFailure, type LayerState, type Outcome, type RunBoard, type RunningNode } from "./runBoard.ts";
import { cut, padEnd, padStart } from "./textWidth.ts";

/** Widths of the columns, the same in every line of a run, so that the eye finds them again. */
const NOTE_WIDTH = 24;
export const TIME_WIDTH = 7;
const COUNT_WIDTH = 8;
const BAR_WIDTH = 22;
export const KIND_WIDTH = 11;
/** Sign, counts, note and time of a layer line; a bar with its count and time takes as much. */
const MIDDLE_WIDTH = 2 + COUNT_WIDTH + NOTE_WIDTH + TIME_WIDTH;

/** Of a name that is followed by a few words, and of one in a list, which has kind, time and note behind it. */
export const headlineWidth = (look: Look): number => Math.min(52, Math.max(28, look.width - 40));
export const labelWidth = (look: Look): number => Math.min(52, Math.max(28, look.width - 56));

/** `tfm 0.4.0 · acme · prod (postgres) · 8 threads · 214 models, 611 tests · run 01JD…7Q` */
export function headerLine(event: Extract<RunEvent, { event: "run.started" }>, look: Look): string {
	const { signs } = look;
	const kinds: readonly (readonly [keyof typeof event.counts, string, string?])[] = [
		["model", "model"],
		["seed", "seed"],
		["snapshot", "snapshot"],
		["load", "load"],
		["source", "source"],
		["operation", "hook"],
		["unit_test", "unit test"],
		["test", "test"],
	];
	const counts = kinds.flatMap(([type, noun]) => {
		const n = event.counts[type] ?? 0;
		return n === 0 ? [] : [count(n, noun)];
	});
	const run = event.run_id;
	const parts = [
		`tfm ${event.version}`,
		event.project,
		`${event.target} (${event.engine})`,
		count(event.threads, "thread"),
		...(counts.length === 0 ? [] : [counts.join(", ")]),
		...(event.layers !== null && !event.gates && builds(event) ? ["no gates"] : []),
		`run ${run.length > 12 ? `${run.slice(0, 4)}${signs.ellipsis}${run.slice(-2)}` : run}`,
	];
	return parts.join(` ${signs.dot} `);
}

/** Tests alone, and loads alone, have nothing that a gate could hold back. */
const builds = ({ counts }: Extract<RunEvent, { event: "run.started" }>): boolean =>
	(counts.model ?? 0) + (counts.seed ?? 0) + (counts.snapshot ?? 0) > 0;

/** The layers whose failures the nodes of a blocked layer were skipped for, in the order of the project. */
function blockingGates({ name }: LayerState, board: RunBoard): readonly string[] {
	const causes = findCauses(board.held);
	const layerOf = new Map(board.outcomes.map(({ id, layer }) => [id, layer]));
	const found = new Set<string | null | undefined>();
	for (const { id, layer, result } of board.outcomes) {
		const cause = layer === name && result.status === "skipped" ? causes.get(id) : undefined;
		if (cause !== undefined) found.add(typeof cause === "string" ? layerOf.get(cause) : cause.gate);
	}
	const closed = [...board.layers.values()].filter((other) => other.gate === "closed");
	const blamed = closed.filter((other) => found.has(other.name));
	// Of a group that is published at once, no chain leads to the gate.
	return (blamed.length > 0 ? blamed : closed.slice(0, 1)).map((other) => other.name);
}

/** ` silver   ✗ 81/83   1 failed, 1 warned        38.9s   tests 165/166   GATE CLOSED` */
export function layerLine(layer: LayerState, board: RunBoard, look: Look): string {
	const { finished } = layer;
	if (finished === null) return "";
	const { signs } = look;
	const blocked = finished.status === "blocked" || (finished.built === 0 && layer.skipped > 0);
	const failed = finished.status === "held" || finished.failed > 0;
	const [tone, sign]: readonly [Tone, string] = failed
		? ["bad", signs.failed]
		: blocked || layer.skipped > 0
			? ["warn", signs.skipped]
			: finished.status === "warned" || finished.warned > 0
				? ["warn", signs.warned]
				: ["good", signs.ok];
	const middle = `${sign} ${padEnd(`${finished.built}/${finished.nodes}`, COUNT_WIDTH)}`;
	const gate = gateText(layer, look);
	if (blocked && !failed) {
		const gates = blockingGates(layer, board);
		const why = gates.length === 0 ? "blocked" : `blocked by ${gates.join(" and ")} gate${gates.length > 1 ? "s" : ""}`;
		return ` ${layerName(layer, board)}${look.paint(tone, middle)}${why}`;
	}
	const refused = board.refused.filter((outcome) => outcome.layer === layer.name).length;
	const notes = [
		...(finished.failed > 0 ? [`${finished.failed} failed`] : []),
		...(refused > 0 ? [`${refused} not published`] : []),
		...(finished.warned > 0 ? [`${finished.warned} warned`] : []),
		...(layer.skipped > 0 ? [`${layer.skipped} blocked`] : []),
	].join(", ");
	const time = seconds(finished.duration_ms / 1000);
	const room = NOTE_WIDTH + TIME_WIDTH;
	const noted = notes === "" ? padStart(time, room) : `${notes}${padStart(time, room - notes.length)}`;
	const tests =
		finished.tests === 0 ? "" : `   tests ${padEnd(`${finished.testsPassed}/${finished.tests}`, COUNT_WIDTH - 1)}`;
	return ` ${layerName(layer, board)}${look.paint(tone, middle)}${noted}${tests}${gate}`.trimEnd();
}

function gateText(layer: LayerState, look: Look): string {
	if (layer.gate === "open") return "";
	return layer.gate === "closed" ? `   ${look.paint("bad", "GATE CLOSED")}` : `   ${look.paint("warn", "gate warned")}`;
}

/** ` silver   ━━━━━━━━━━━━━━━╸━━━━━━  58/83       21.4s   tests 140/166` */
export function runningLayerLine(layer: LayerState, board: RunBoard, look: Look, now: Date): string {
	const done = layer.nodesDone + layer.skipped;
	const { bar } = look.signs;
	const total = layer.nodes + layer.tests;
	const part = total === 0 ? 0 : Math.min(1, (done + layer.testsDone) / total);
	const full = Math.floor(part * BAR_WIDTH);
	const head = full < BAR_WIDTH ? bar.head : "";
	const drawn =
		look.paint("good", bar.done.repeat(full) + head) +
		look.paint("dim", bar.rest.repeat(BAR_WIDTH - full - head.length));
	const counts = `${done}/${layer.nodes}`;
	const time = layer.started === null ? "" : seconds((now.getTime() - layer.started.getTime()) / 1000);
	const rest = padStart(time, MIDDLE_WIDTH - BAR_WIDTH - 2 - counts.length);
	const tests = layer.tests === 0 ? "" : `   tests ${layer.testsDone}/${layer.tests}`;
	return ` ${layerName(layer, board)}${drawn}  ${counts}${rest}${tests}`;
}

/** ` gold     waiting on silver gate` */
export function waitingLayerLine(layer: LayerState, board: RunBoard, previous: LayerState | null): string {
	const gate = previous === null || board.started?.gates !== true ? "waiting" : `waiting on ${previous.name} gate`;
	return ` ${layerName(layer, board)}${gate}`;
}

function layerName(layer: LayerState, board: RunBoard): string {
	if (board.started?.layers === null) return "";
	const widest = Math.max(6, ...[...board.layers.keys()].map((name) => name.length));
	return padEnd(layer.name, widest + 3);
}

/** `   ▸ stg_events          12.1s  (usually 11s)` */
export function runningNodeLine(node: RunningNode, look: Look, now: Date, usual?: Usual): string {
	const test = node.resource_type === "test" || node.resource_type === "unit_test" ? "test " : "";
	const width = Math.max(20, labelWidth(look) - 16);
	const name = padEnd(cut(test + node.name, width, look.signs.ellipsis), width);
	const time = padStart(seconds((now.getTime() - node.since.getTime()) / 1000), TIME_WIDTH);
	const expected = usual === undefined ? "" : `  (usually ${roughSeconds(usual.median_ms / 1000)})`;
	return `   ${look.paint("strong", look.signs.running)} ${name}${time}${look.paint("dim", expected)}`;
}

/** ` ✓ 89  ✗ 0  ↷ 0   · elapsed 26s · ETA 41s` */
export function totalsLine(board: RunBoard, look: Look, now: Date): string {
	const { signs } = look;
	const { ok, failed, warned, skipped } = board.totals;
	const since = board.started === null ? 0 : (now.getTime() - Date.parse(board.started.ts)) / 1000;
	const warnings = warned === 0 ? "" : `  ${look.paint("warn", `${signs.warned} ${warned}`)}`;
	const failures = look.paint(failed === 0 ? "dim" : "bad", `${signs.failed} ${failed}`);
	return ` ${look.paint("good", `${signs.ok} ${ok}`)}  ${failures}${warnings}  ${signs.skipped} ${skipped}   ${signs.dot} elapsed ${wholeSeconds(since)}${etaText(board, look, since)}`;
}

/** What is left of the usual duration; nothing once it is over, for then nobody knows. */
function etaText({ expected }: RunBoard, { signs }: Look, since: number): string {
	const left = expected === null ? 0 : expected / 1000 - since;
	return left < 1 ? "" : ` ${signs.dot} ETA ${wholeSeconds(left)}`;
}

/** One finished node: ` ✓ staging.stg_orders      table         0.2s   42 rows` */
export function nodeLine(outcome: Outcome, board: RunBoard, look: Look, facts: NodeFacts | undefined): string {
	const { result } = outcome;
	const { signs } = look;
	const [tone, sign]: readonly [Tone, string] = isFailure(result)
		? ["bad", signs.failed]
		: result.status === "warn"
			? ["warn", signs.warned]
			: result.status === "skipped"
				? ["dim", signs.skipped]
				: ["good", signs.ok];
	const kind = board.materialized.get(outcome.id) ?? result.resource_type;
	const label = padEnd(facts?.label ?? plainLabel(outcome), labelWidth(look));
	const note = nodeNote(outcome, facts);
	const time = result.status === "skipped" ? "" : seconds(result.execution_time);
	return ` ${look.paint(tone, sign)} ${label} ${padEnd(kind, KIND_WIDTH)}${padStart(time, TIME_WIDTH)}   ${note}`.trimEnd();
}

export const plainLabel = (outcome: Pick<Outcome, "name" | "layer">): string =>
	outcome.layer === null ? outcome.name : `${outcome.layer}.${outcome.name}`;

/** `data/2.json.gz: `, where a load stopped at a file that its message does not name. */
function landingFile({ resource_type: type, diagnostic }: NodeResult): string {
	const file = diagnostic?.at?.file;
	const isNamed = file === undefined || /\.ya?ml$/.test(file) || diagnostic?.message.includes(file) === true;
	return type !== "source" || isNamed ? "" : `${file}: `;
}

/** Under `--changed` a node that was built says why. */
function nodeNote(outcome: Outcome, facts: NodeFacts | undefined): string {
	const { why } = outcome.result;
	const note = plainNote(outcome, facts);
	return why === undefined || isFailure(outcome.result) ? note : [note, why].filter((text) => text !== "").join(", ");
}

function plainNote({ result }: Outcome, facts: NodeFacts | undefined): string {
	if (isFailure(result) || result.status === "warn") return `${landingFile(result)}${failureText(result, facts)}`;
	if (result.status === "skipped") return (result.message ?? "").split("\n", 1)[0] ?? "";
	if (result.status === "reused") return result.message ?? "";
	if (result.status === "no-op") return result.message ?? "unchanged";
	if (result.freshness !== undefined && result.adapter_response.code !== "LOAD")
		return result.freshness.age < 0 ? ageText(result.freshness.age) : `${ageText(result.freshness.age)} old`;
	if (result.resource_type === "test") return "";
	if (result.resource_type === "unit_test") return result.place === "embedded" ? "on the embedded database" : "";
	if (result.batch_results !== undefined) return count(result.batch_results.successful.length, "batch", "batches");
	const rows = rowsBrought(result.adapter_response);
	return rows === null ? "" : count(rows, "row");
}

/** ` … silver 58/83 · tests 140/166 · elapsed 26.0s · running stg_events 12.1s` */
export function heartbeatLine(board: RunBoard, look: Look, now: Date): string {
	const { signs } = look;
	const layer = [...board.layers.values()].find((state) => state.started !== null && state.finished === null);
	const done = layer === undefined ? 0 : layer.nodesDone + layer.skipped;
	const oldest = [...board.running.values()].sort((a, b) => a.since.getTime() - b.since.getTime()).slice(0, 3);
	const since = board.started === null ? 0 : (now.getTime() - Date.parse(board.started.ts)) / 1000;
	const running = oldest.map((node) => `${node.name} ${seconds((now.getTime() - node.since.getTime()) / 1000)}`);
	const parts = [
		...(layer === undefined ? [] : [`${layer.name} ${done}/${layer.nodes}`.trimStart()]),
		...(layer === undefined || layer.tests === 0 ? [] : [`tests ${layer.testsDone}/${layer.tests}`]),
		`elapsed ${wholeSeconds(since)}${etaText(board, look, since)}`,
		...(running.length === 0 ? [] : [`running ${running.join(", ")}`]),
	];
	return ` ${signs.ellipsis} ${parts.join(` ${signs.dot} `)}`;
}
