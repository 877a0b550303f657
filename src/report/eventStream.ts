import { Cancellation } from "../core/cancellation.ts";
import type { Emit, EventBody, EventLevel, RunEvent } from "../core/events.ts";
import type { NodeId } from "../core/node.ts";
import { maskSample, type NodeFacts } from "./nodeFacts.ts";
import { createRedactor } from "./redact.ts";

/** Somebody who reads the events. `close` comes once, after the last event, also when a run broke off. */
export interface Subscriber {
	receive(event: RunEvent): void;
	close?(): void;
}

export interface EventStreamOptions {
	readonly runId: string;
	readonly clock: () => Date;
	/** Values that no output may show. */
	readonly secrets: readonly string[];
	readonly subscribers: readonly Subscriber[];
	/** When it aborts, `cancelling` is emitted, once. */
	readonly signal?: AbortSignal;
	/** With it, sample rows reach no subscriber before columns tagged pii are masked. */
	readonly lookup?: (id: NodeId) => NodeFacts | undefined;
}

/** Emits into the stream; `close` tells the subscribers that nothing more comes. */
export type EventStream = Emit & { readonly close: () => void };

/**
 * The one stream of a run. Stamps each event with v, ts, level, run_id and a sequence from 1, and takes secrets out of
 * it before anybody sees it. Subscribers are called in order, synchronously.
 */
export function createEventStream(options: EventStreamOptions): EventStream {
	const { runId, clock, subscribers, signal, lookup } = options;
	const redact = createRedactor(options.secrets);
	let seq = 0;
	let cancelling = false;
	let closed = false;

	const emit = (body: EventBody, level: EventLevel = levelOf(body)): void => {
		if (body.event === "cancelling") {
			if (cancelling) return;
			cancelling = true;
		}
		const shown = redact(lookup === undefined ? body : maskedBody(body, lookup));
		seq++;
		const stamp = { v: 1, ts: clock().toISOString(), level, run_id: runId, seq } as const;
		const event: RunEvent = Object.freeze({ ...stamp, ...shown });
		for (const subscriber of subscribers) subscriber.receive(event);
	};
	const abort = (): void => {
		const reason: unknown = signal?.reason;
		emit({ event: "cancelling", signal: reason instanceof Cancellation ? reason.signal : "abort" });
		if (reason instanceof Cancellation) reason.announced = true;
	};
	signal?.addEventListener("abort", abort, { once: true });

	const close = (): void => {
		if (closed) return;
		closed = true;
		signal?.removeEventListener("abort", abort);
		for (const subscriber of subscribers) subscriber.close?.();
	};
	return Object.assign(emit, { close });
}

function maskedBody(body: EventBody, lookup: (id: NodeId) => NodeFacts | undefined): EventBody {
	if (body.event === "run.finished") {
		const results = body.run.results.map((result) => maskSample(result, lookup(result.unique_id)));
		return { ...body, run: { ...body.run, results } };
	}
	if (body.event !== "test.finished" && body.event !== "node.finished") return body;
	return { ...body, result: maskSample(body.result, lookup(body.node_id)) };
}

function levelOf(body: EventBody): EventLevel {
	switch (body.event) {
		case "node.finished":
		case "test.finished":
			if (["error", "fail", "runtime error", "partial success"].includes(body.result.status)) return "error";
			return body.result.status === "warn" ? "warn" : "info";
		case "gate.closed":
		case "publish.failed":
			return "error";
		case "gate.warned":
		case "cancelling":
		case "node.retried":
			return "warn";
		case "diagnostic":
			return body.diagnostic.severity === "error" ? "error" : "warn";
		case "hook.finished":
		case "batch.finished":
		case "overload.finished":
			return body.status === "error" ? "error" : "info";
		case "run.finished":
			return body.run.exitCode === 0 ? "info" : "error";
		case "node.started":
		case "batch.started":
		case "node.held":
		case "run.expected":
		case "statement":
		case "progress":
			return "debug";
		case "run.started":
		case "run.waiting":
		case "layer.started":
		case "layer.finished":
		case "load.finished":
		case "gate.passed":
		case "publish.finished":
		case "message":
			return "info";
	}
}
