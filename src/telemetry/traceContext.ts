import { createHash } from "node:crypto";

/** Which trace a run belongs to, and the span it is a part of. Hexadecimal. */
export interface TraceContext {
	readonly traceId: string;
	readonly parentSpanId: string | null;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

const hex = (text: string, length: number): string => createHash("sha256").update(text).digest("hex").slice(0, length);

/** The orchestrator's trace where `TRACEPARENT` (W3C) names one; a trace of the run's own elsewhere. */
export function traceContext(traceparent: string | undefined, seed: string): TraceContext {
	const match = TRACEPARENT.exec(traceparent?.trim().toLowerCase() ?? "");
	const [, traceId = "", parentSpanId = ""] = match ?? [];
	return match === null || /^0+$/.test(traceId) || /^0+$/.test(parentSpanId)
		? { traceId: hex(`trace ${seed}`, 32), parentSpanId: null }
		: { traceId, parentSpanId };
}

/** The same for the same run and name, so that spans need not be passed around. */
export const spanIdOf = (seed: string, name: string): string => hex(`span ${seed} ${name}`, 16);

/** A UUID made of a text: one run of a node has the same one in all its events. */
export function uuidOf(text: string): string {
	const digits = hex(text, 32);
	// Version 8 (RFC 9562): made as its maker sees fit.
	const marked = `${digits.slice(0, 12)}8${digits.slice(13, 16)}a${digits.slice(17)}`;
	return [marked.slice(0, 8), marked.slice(8, 12), marked.slice(12, 16), marked.slice(16, 20), marked.slice(20)].join(
		"-",
	);
}
