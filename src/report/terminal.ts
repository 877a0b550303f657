/**
 * The run as a person sees it. On a terminal a live region of a few lines at the bottom, with finished facts scrolling
 * above it; in a pipe or in CI the same facts as plain lines, with a heartbeat. Each failure is one line when it
 * happens and told in full once, at the end.
 *
 * Facts go to stdout and what is only for the moment (region, heartbeat) to stderr; on a live terminal both go to
 * stderr, because two streams to one screen would not keep their order everywhere.
 */
import type { RunEvent } from "../core/events.ts";
import type { OutputOptions, OutputStream } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import { diagnosticText, type ReadLine } from "./diagnosticText.ts";
import { batchLine, hookLine, loadLine, publishLine, retriedLine, statementLines, waitingLine } from "./eventLines.ts";
import type { Subscriber } from "./eventStream.ts";
import { count } from "./figures.ts";
import { finalLines } from "./finalLines.ts";
import { LIVE_LINES, LiveRegion } from "./liveRegion.ts";
import { createLook, type Look } from "./look.ts";
import { nextWithin } from "./nextWithin.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import { createBoard, isFailure, type RunBoard } from "./runBoard.ts";
import {
	headerLine,
	heartbeatLine,
	layerLine,
	nodeLine,
	runningLayerLine,
	runningNodeLine,
	totalsLine,
	waitingLayerLine,
} from "./runLines.ts";
import { cut } from "./textWidth.ts";

export interface TerminalOptions {
	readonly stdout: OutputStream;
	readonly stderr: OutputStream;
	readonly output: OutputOptions;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly clock: () => Date;
	readonly lookup: (id: NodeId) => NodeFacts | undefined;
	readonly readLine: ReadLine;
	/** The isolated environment that the run works in. */
	readonly environment?: string | undefined;
	/** stdout belongs to a document (`--output json`): the facts go to stderr. */
	readonly stdoutTaken?: boolean;
	/** Calls `tick` every so many milliseconds until the returned function is called. Must not keep the process alive. */
	readonly every?: (milliseconds: number, tick: () => void) => () => void;
}

const REDRAW_MS = 100;
const HEARTBEAT_MS = 30_000;
/** In a small project each success gets its line. */
const FEW_NODES = 50;

export function createTerminal(options: TerminalOptions): Subscriber {
	return new Terminal(options);
}

const everyUnrefed = (milliseconds: number, tick: () => void): (() => void) => {
	const timer = setInterval(tick, milliseconds);
	timer.unref();
	return () => clearInterval(timer);
};

class Terminal implements Subscriber {
	readonly #options: TerminalOptions;
	readonly #look: Look;
	readonly #facts: OutputStream;
	readonly #region: LiveRegion | null;
	readonly #board: RunBoard = createBoard();
	readonly #github: boolean;
	#stop: (() => void) | null = null;
	#drawnAt = Number.NEGATIVE_INFINITY;
	#progress = "";
	#groupOpen = false;
	#lists = false;
	/** A load is told of when its files are in; the node's own success afterwards says nothing new. */
	readonly #loaded = new Set<NodeId>();

	constructor(options: TerminalOptions) {
		const { stdout, stderr, output, env } = options;
		this.#options = options;
		const live = isLive(options);
		this.#facts = live || options.stdoutTaken === true ? stderr : stdout;
		this.#look = createLook(this.#facts, output, env);
		this.#region = live ? new LiveRegion(stderr) : null;
		this.#github = !live && env.GITHUB_ACTIONS === "true";
		if (output.verbosity < 0 || output.progress === "none") return;
		const every = options.every ?? everyUnrefed;
		this.#stop = live ? every(REDRAW_MS, () => this.#draw(true)) : every(HEARTBEAT_MS, () => this.#beat());
	}

	receive(event: RunEvent): void {
		this.#board.apply(event);
		if (this.#options.output.verbosity > -2 || isPrint(event)) this.#tell(event);
		if (event.event !== "run.finished") this.#draw(false);
	}

	close(): void {
		this.#stop?.();
		this.#stop = null;
		this.#region?.clear();
		this.#endGroup();
	}

	#tell(event: RunEvent): void {
		const { output } = this.#options;
		const quiet = output.verbosity < 0;
		switch (event.event) {
			case "run.started":
				this.#lists = output.verbosity > 0 || total(event.counts) <= FEW_NODES;
				if (!quiet) this.#write(headerLine(event, this.#look), "");
				return;
			case "run.waiting":
				if (!quiet) this.#write(waitingLine(event, this.#look));
				return;
			case "node.retried":
				if (!quiet) this.#write(retriedLine(event, this.#look));
				return;
			case "layer.started":
				if (!quiet && this.#region === null && output.progress !== "none") this.#openLayer(event);
				return;
			case "node.finished":
			case "test.finished":
				this.#tellOutcome(event);
				return;
			case "batch.finished":
				if (output.verbosity > 0 || (!quiet && event.status === "error")) this.#write(batchLine(event, this.#look));
				return;
			case "load.finished":
				this.#tellLoad(event);
				return;
			case "layer.finished":
				this.#endGroup();
				if (!quiet) this.#write(layerLine(this.#board.layers.get(event.layer)!, this.#board, this.#look));
				return;
			case "publish.finished":
				if (output.verbosity > 0) this.#write(publishLine(event));
				return;
			case "publish.failed":
				if (!quiet) this.#write(` ${this.#look.paint("bad", this.#look.signs.failed)} publish of ${event.unit} failed`);
				return;
			case "hook.finished":
				this.#tellHook(event);
				return;
			case "statement":
				if (output.verbosity === 2) this.#write(...statementLines(event, this.#look));
				return;
			case "message":
				this.#tellMessage(event);
				return;
			case "diagnostic":
				if (quiet && event.diagnostic.severity === "warning") return;
				this.#writeTo(this.#options.stderr, [
					diagnosticText(nextWithin(event.diagnostic, this.#within), this.#look, this.#options.readLine),
				]);
				return;
			case "progress":
				this.#progress = event.text;
				if (output.verbosity > 0 && this.#region === null) this.#write(` ${event.text}`);
				return;
			case "cancelling":
				this.#write(" cancelling: running statements are being stopped; once more to stop at once");
				return;
			case "run.finished":
				this.#finish(event);
				return;
			case "node.started":
			case "run.expected":
			case "gate.closed":
			case "gate.passed":
			case "gate.warned":
			case "node.held":
				return;
		}
	}

	#tellOutcome(event: Extract<RunEvent, { event: "node.finished" | "test.finished" }>): void {
		const { result } = event;
		const { output, lookup } = this.#options;
		const notable = isFailure(result) || result.status === "warn";
		if (output.verbosity < 0 || (output.progress === "none" && !notable)) return;
		if (!notable && (!this.#lists || this.#loaded.has(event.node_id) || this.#isCounted(event, result))) return;
		const outcome = { id: event.node_id, name: event.name, layer: event.layer, result };
		const line = nodeLine(outcome, this.#board, this.#look, lookup(event.node_id));
		this.#write(this.#facts.isTTY ? this.#fit(line) : line);
	}

	/** What a layer's own line says already: tests that passed, and nodes that a closed gate blocked. */
	#isCounted(event: RunEvent, result: NodeResult): boolean {
		if (this.#options.output.verbosity > 0 || this.#board.started?.gates !== true) return false;
		return event.event === "test.finished" ? this.#board.started.command !== "test" : result.status === "skipped";
	}

	#tellLoad(event: Extract<RunEvent, { event: "load.finished" }>): void {
		const { output, lookup } = this.#options;
		this.#loaded.add(event.node_id);
		if (output.verbosity < 0 || (event.rejects === 0 && (!this.#lists || output.progress === "none"))) return;
		this.#write(loadLine(event, this.#look, lookup(event.node_id)));
	}

	#tellHook(event: Extract<RunEvent, { event: "hook.finished" }>): void {
		const { verbosity } = this.#options.output;
		const failed = event.status === "error";
		if (failed ? verbosity < 0 : verbosity < 1) return;
		this.#write(hookLine(event, this.#look));
	}

	#tellMessage(event: Extract<RunEvent, { event: "message" }>): void {
		const { output, stdout, stderr, stdoutTaken } = this.#options;
		if (event.print) {
			// What a template prints is a result, whatever else is shown; `--no-print` leaves it out.
			if (output.print === false) return;
			this.#writeTo(stdoutTaken === true ? stderr : stdout, [event.text]);
			return;
		}
		const wanted = event.level === "debug" || event.level === "trace" ? 2 : 0;
		if (output.verbosity < wanted) return;
		const text = event.level === "warn" && event.remark !== undefined ? `warning: ${event.text}` : event.text;
		this.#write(...text.split("\n").map((line) => `   ${line}`));
	}

	#openLayer(event: Extract<RunEvent, { event: "layer.started" }>): void {
		const tests = event.tests === 0 ? "" : `, ${count(event.tests, "test")}`;
		const title = `${event.layer}  ${count(event.nodes, "node")}${tests}`;
		this.#write(this.#github ? `::group::${title}` : ` ${title}`);
		this.#groupOpen = this.#github;
	}

	#endGroup(): void {
		if (this.#groupOpen) this.#write("::endgroup::");
		this.#groupOpen = false;
	}

	get #within(): string {
		const { environment } = this.#options;
		return environment === undefined ? "" : ` --env ${environment}`;
	}

	#finish(event: Extract<RunEvent, { event: "run.finished" }>): void {
		const { output, lookup, readLine } = this.#options;
		this.close();
		const lines = finalLines({
			run: event.run,
			summary: event.summary,
			board: this.#board,
			look: this.#look,
			lookup,
			readLine,
			within: this.#within,
			brief: output.verbosity < 0,
			full: output.verbosity > 0,
		});
		this.#write(...(output.verbosity < 0 ? lines.slice(1) : lines));
	}

	/** A line that wraps would break the columns, and the count of lines to draw over. */
	#fit(line: string): string {
		return cut(line, this.#look.width - 1, this.#look.signs.ellipsis);
	}

	/** Finished facts: above the region, never drawn over. */
	#write(...lines: readonly string[]): void {
		this.#writeTo(this.#facts, lines);
	}

	#writeTo(stream: OutputStream, lines: readonly string[]): void {
		this.#region?.clear();
		stream.write(lines.map((line) => `${line}\n`).join(""));
		this.#draw(true);
	}

	#beat(): void {
		if (this.#board.started !== null)
			this.#options.stderr.write(`${heartbeatLine(this.#board, this.#look, this.#options.clock())}\n`);
	}

	/** Events come faster than eyes: between two ticks the region is drawn at most once. */
	#draw(due: boolean): void {
		if (this.#region === null || this.#stop === null) return;
		const now = this.#options.clock();
		if (!due && now.getTime() - this.#drawnAt < REDRAW_MS) return;
		this.#drawnAt = now.getTime();
		this.#region.draw(this.#regionLines(now).map((line) => this.#fit(line)));
	}

	#regionLines(now: Date): string[] {
		const board = this.#board;
		const look = this.#look;
		if (board.started === null) return this.#progress === "" ? [] : [` ${look.signs.running} ${this.#progress}`];
		// In a layered project a node without a layer (a hook) makes a nameless entry: not shown.
		const all = [...board.layers.values()].filter((layer) => layer.name !== "" || board.started?.layers === null);
		const layers = all.filter((layer) => layer.finished === null);
		const running = layers.filter((layer) => layer.started !== null);
		// A layer of which nothing is selected never starts and is not waited for.
		const waiting = layers.filter((layer) => layer.started === null && layer.nodes + layer.tests > 0).slice(0, 2);
		const head = running.map((layer) => runningLayerLine(layer, board, look, now));
		const tail = waiting.map((layer) => waitingLayerLine(layer, board, all[all.indexOf(layer) - 1] ?? null));
		const room = LIVE_LINES - head.length - tail.length - 1;
		const nodes = [...board.running.values()].sort((a, b) => a.since.getTime() - b.since.getTime());
		const shown = nodes.length <= room ? nodes : nodes.slice(0, room - 1);
		const more = nodes.length - shown.length;
		return [
			...head,
			...shown.map((node) => runningNodeLine(node, look, now, board.usual[node.id])),
			...(more === 0 ? [] : [`   ${look.signs.ellipsis} ${more} more`]),
			...tail,
			totalsLine(board, look, now),
		];
	}
}

const isPrint = (event: RunEvent): boolean => event.event === "message" && event.print;

const total = (counts: object): number => Object.values(counts).reduce((sum: number, n) => sum + Number(n), 0);

function isLive({ stdout, stderr, output, env }: TerminalOptions): boolean {
	if (output.progress !== "auto" || output.verbosity < 0) return false;
	if (!stdout.isTTY || !stderr.isTTY) return false;
	return (env.CI ?? "") === "" && env.TERM !== "dumb";
}
