import { freshnessCriteria } from "../core/freshness.ts";
import type { SourceNode } from "../core/node.ts";
import { layerNamed, type Run } from "./run.ts";

/**
 * In a layered run: what the gate of the source's layer makes of it, which is what it makes of a failing test. Null where
 * that gate is off or there are none: nobody asks.
 */
export function freshnessGate(run: Run, source: SourceNode): "error" | "warn" | null {
	if (!run.gated || freshnessCriteria(source) === null) return null;
	const gate = layerNamed(run, source.layer)?.gate ?? "error";
	return gate === "off" ? null : gate;
}
