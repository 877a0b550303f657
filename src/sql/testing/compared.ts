import type { NodeLineage } from "../../core/lineage.ts";
import type { NodeId } from "../../core/node.ts";
import type { Analysis } from "../analysis.ts";

/** An analysis as the artifact holds it. */
export function compared(analysis: Analysis): NodeLineage {
	const { hash, rows, ...rest } = analysis;
	return {
		...rest,
		reads: rest.reads as readonly NodeId[],
		...(hash === undefined ? {} : { semantic_hash: hash }),
		...(rows === undefined ? {} : { rows_definition: rows }),
	};
}
