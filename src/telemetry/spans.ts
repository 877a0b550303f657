import type { RunEvent } from "../core/events.ts";
import type { NodeId } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import { rowsBrought } from "../core/rowsBrought.ts";
import { TFM_VERSION } from "../core/version.ts";
import type { OtelSettings } from "./otelSettings.ts";
import { spanIdOf, traceContext } from "./traceContext.ts";

type AttributeValue = string | number | boolean;

/** A span as OTLP/JSON has it. Times are nanoseconds as text. */
export interface Span {
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId?: string;
	readonly name: string;
	/** 1 internal, 3 client. */
	readonly kind: 1 | 3;
	readonly startTimeUnixNano: string;
	readonly endTimeUnixNano: string;
	readonly attributes: readonly { readonly key: string; readonly value: object }[];
	/** 0 unset, 1 ok, 2 error. */
	readonly status: { readonly code: 0 | 1 | 2; readonly message?: string };
}

interface Open {
	readonly at: string;
	readonly attributes: Readonly<Record<string, AttributeValue | null>>;
}

const FAILED: ReadonlySet<string> = new Set(["error", "fail", "runtime error", "partial success"]);

const nano = (iso: string): string => `${BigInt(Date.parse(iso)) * 1_000_000n}`;
const before = (iso: string, ms: number): string => new Date(Date.parse(iso) - ms).toISOString();

function attributesOf(values: Readonly<Record<string, AttributeValue | null>>): Span["attributes"] {
	return Object.entries(values).flatMap(([key, value]): Span["attributes"] => {
		if (value === null) return [];
		if (typeof value === "string") return [{ key, value: { stringValue: value } }];
		if (typeof value === "boolean") return [{ key, value: { boolValue: value } }];
		return [{ key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } }];
	});
}

/** The events of a run as spans: run → layer → node → statement. `take` gives those that have ended. */
export class SpanMaker {
	readonly #settings: OtelSettings;
	readonly #about: Readonly<Record<string, AttributeValue | null>>;
	readonly #nodes = new Map<NodeId, Open & { readonly name: string; readonly layer: string | null }>();
	readonly #layers = new Map<string, Open>();
	#run: (Open & { readonly seed: string }) | null = null;
	#ended: Span[] = [];

	/** `about`: attributes of the run's span that no event knows. */
	constructor(settings: OtelSettings, about: Readonly<Record<string, AttributeValue | null>>) {
		this.#settings = settings;
		this.#about = about;
	}

	receive(event: RunEvent): void {
		switch (event.event) {
			case "run.started":
				this.#run = {
					at: event.ts,
					seed: `${event.run_id} ${event.ts}`,
					attributes: {
						"tfm.run_id": event.run_id,
						"tfm.command": event.command,
						"tfm.project": event.project,
						"tfm.env": event.target,
						...this.#about,
					},
				};
				return;
			case "layer.started":
				this.#layers.set(event.layer, { at: event.ts, attributes: { "tfm.layer": event.layer } });
				return;
			case "layer.finished": {
				const open = this.#layers.get(event.layer);
				this.#layers.delete(event.layer);
				if (open === undefined) return;
				const attributes = { ...open.attributes, "tfm.gate": event.status, "tfm.tests": event.tests };
				this.#end(`layer ${event.layer}`, null, { ...open, attributes }, event.ts, event.failed > 0 ? "failed" : null);
				return;
			}
			case "node.started":
				this.#nodes.set(event.node_id, {
					at: event.ts,
					name: event.name,
					layer: event.layer,
					attributes: {
						"tfm.node_id": event.node_id,
						"tfm.layer": event.layer,
						"tfm.resource_type": event.resource_type,
						"tfm.materialization": event.materialized,
					},
				});
				return;
			case "node.finished":
			case "test.finished":
				this.#endNode(event.node_id, event.ts, event.result);
				return;
			case "statement":
				this.#endStatement(event);
				return;
			case "run.finished": {
				this.#close(event.ts);
				const failed = event.run.exitCode === 0 ? null : event.run.cancelled ? "cancelled" : "failed";
				this.#endRun(event.ts, failed, { "tfm.built": event.summary.built, "tfm.exit_code": event.run.exitCode });
				return;
			}
		}
	}

	/** Spans that have ended since the last call. */
	take(): readonly Span[] {
		const ended = this.#ended;
		this.#ended = [];
		return ended;
	}

	/** How many wait to be taken. */
	get waiting(): number {
		return this.#ended.length;
	}

	/** The run broke off: what is open ends here. */
	breakOff(at: string): void {
		this.#close(at);
		this.#endRun(at, "broke off", {});
	}

	#close(at: string): void {
		for (const id of [...this.#nodes.keys()]) this.#endNode(id, at, null);
		for (const [layer, open] of this.#layers) this.#end(`layer ${layer}`, null, open, at, "not finished");
		this.#layers.clear();
	}

	#endRun(at: string, failed: string | null, more: Readonly<Record<string, AttributeValue>>): void {
		const run = this.#run;
		this.#run = null;
		if (run === null) return;
		const { traceId, parentSpanId } = traceContext(this.#settings.traceparent, run.seed);
		this.#ended.push({
			traceId,
			spanId: spanIdOf(run.seed, "run"),
			...(parentSpanId === null ? {} : { parentSpanId }),
			name: "tfm.run",
			kind: 1,
			startTimeUnixNano: nano(run.at),
			endTimeUnixNano: nano(at),
			attributes: attributesOf({ ...run.attributes, ...more }),
			status: failed === null ? { code: 1 } : { code: 2, message: failed },
		});
	}

	#endNode(id: NodeId, at: string, result: NodeResult | null): void {
		const open = this.#nodes.get(id);
		this.#nodes.delete(id);
		if (open === undefined) return;
		const attributes = {
			...open.attributes,
			"tfm.status": result?.status ?? "unfinished",
			"tfm.rows_affected": result === null ? null : rowsBrought(result.adapter_response),
			"tfm.failures": result?.failures ?? null,
			"tfm.error_code": result?.diagnostic?.code ?? null,
		};
		const failed =
			result === null
				? "not finished"
				: FAILED.has(result.status)
					? (result.diagnostic?.message ?? result.message ?? result.status)
					: null;
		this.#end(`node ${id}`, open.layer, { at: open.at, attributes }, at, failed, open.name);
	}

	#endStatement(event: Extract<RunEvent, { event: "statement" }>): void {
		const run = this.#run;
		if (run === null) return;
		const parent = event.node_id !== null && this.#nodes.has(event.node_id) ? `node ${event.node_id}` : "run";
		const operation = /^\s*(?:--[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*([a-z]+)/i.exec(event.sql)?.[1]?.toUpperCase() ?? null;
		this.#ended.push({
			traceId: traceContext(this.#settings.traceparent, run.seed).traceId,
			spanId: spanIdOf(run.seed, `statement ${event.seq}`),
			parentSpanId: spanIdOf(run.seed, parent),
			name: operation ?? event.purpose,
			kind: 3,
			startTimeUnixNano: nano(before(event.ts, event.duration_ms)),
			endTimeUnixNano: nano(event.ts),
			attributes: attributesOf({
				"db.system.name": "postgresql",
				"db.operation.name": operation,
				"tfm.purpose": event.purpose,
				"tfm.rows": event.rows,
				...(this.#settings.queryText ? { "db.query.text": event.sql } : {}),
			}),
			status: { code: 0 },
		});
	}

	#end(key: string, layer: string | null, open: Open, at: string, failed: string | null, name?: string): void {
		const run = this.#run;
		if (run === null) return;
		const parent = layer !== null && this.#layers.has(layer) ? `layer ${layer}` : "run";
		this.#ended.push({
			traceId: traceContext(this.#settings.traceparent, run.seed).traceId,
			spanId: spanIdOf(run.seed, key),
			parentSpanId: spanIdOf(run.seed, parent),
			name: name ?? key,
			kind: 1,
			startTimeUnixNano: nano(open.at),
			endTimeUnixNano: nano(at),
			attributes: attributesOf(open.attributes),
			status: failed === null ? { code: 1 } : { code: 2, message: failed.split("\n", 1)[0] ?? failed },
		});
	}
}

/** Spans as the body of a request to `/v1/traces` (OTLP/JSON). */
export const otlpDocument = (spans: readonly Span[], resource: Readonly<Record<string, string>>): object => ({
	resourceSpans: [
		{
			resource: { attributes: attributesOf(resource) },
			scopeSpans: [{ scope: { name: "tfm", version: TFM_VERSION }, spans }],
		},
	],
});
