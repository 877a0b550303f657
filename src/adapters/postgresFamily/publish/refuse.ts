import type { Candidate } from "../../../core/adapter.ts";
import type { NodeId } from "../../../core/node.ts";
import { labelOf, type Refusal } from "./members.ts";

/**
 * Splits candidates into those that may still go and refusals. What reads a refused relation cannot go without it (it
 * was built from its candidate), nor can the rest of its publish group; where a candidate does not say what it reads,
 * anything before it counts.
 */
export function refuse(
	candidates: readonly Candidate[],
	found: readonly Refusal[],
): { readonly rest: readonly Candidate[]; readonly refused: readonly Refusal[] } {
	const first = new Map<NodeId, Refusal>();
	for (const r of found) if (!first.has(r.node)) first.set(r.node, r);
	const label = new Map(candidates.map((c) => [c.node, labelOf(c)] as const));
	for (let changed = true; changed; ) {
		changed = false;
		let earlier: NodeId | undefined;
		for (const c of candidates) {
			if (first.has(c.node)) {
				earlier ??= c.node;
				continue;
			}
			const input = c.inputs === undefined ? earlier : c.inputs.find((n) => first.has(n));
			const mate =
				c.publishGroup === undefined
					? undefined
					: candidates.find((o) => o.publishGroup === c.publishGroup && first.has(o.node));
			const cause = input ?? mate?.node;
			if (cause === undefined) continue;
			const why = first.get(cause)!;
			const link = input === undefined ? `is in publish group ${c.publishGroup} with` : "reads";
			first.set(c.node, {
				node: c.node,
				code: why.code,
				reason: `it ${link} ${label.get(cause)}, which was refused: ${why.reason}`,
			});
			earlier ??= c.node;
			changed = true;
		}
	}
	return {
		rest: candidates.filter((c) => !first.has(c.node)),
		refused: candidates.flatMap((c) => first.get(c.node) ?? []),
	};
}
