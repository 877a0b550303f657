import { loadEdges } from "../data.ts";
import type { Project } from "../project.ts";

export interface ColumnTrace {
	/** Columns of nodes that the chosen one is made of, or that are made of it. */
	readonly columns: ReadonlyMap<number, readonly string[]>;
	readonly edges: readonly { readonly from: readonly [number, string]; readonly to: readonly [number, string] }[];
	/** How many columns could not be followed further. */
	readonly doubtful: number;
}

const MOST = 300;

/** Follows a column through the project in both directions, a step at a time; each step fetches the shards that it needs. */
export async function traceColumn(project: Project, node: number, column: string): Promise<ColumnTrace> {
	const columns = new Map<number, Set<string>>([[node, new Set([column])]]);
	const edges = new Map<string, ColumnTrace["edges"][number]>();
	let doubtful = 0;
	for (const direction of ["up", "down"] as const) {
		let edge: (readonly [number, string])[] = [[node, column]];
		const seen = new Set([`${node} ${column}`]);
		while (edge.length > 0 && edges.size < MOST) {
			const found = await Promise.all(
				edge.map(async ([at, name]) => [at, name, await loadEdges(project.id(at))] as const),
			);
			edge = [];
			for (const [at, name, here] of found) {
				const made = here?.columns[name];
				if (direction === "up" && made !== undefined && made.confidence !== "resolved") doubtful++;
				for (const [id, other] of (direction === "up" ? made?.from : here?.uses[name]) ?? []) {
					const next = project.find(id);
					if (next === undefined) continue;
					const [from, to] =
						direction === "up"
							? [[next, other] as const, [at, name] as const]
							: [[at, name] as const, [next, other] as const];
					edges.set(`${from.join(" ")} ${to.join(" ")}`, { from, to });
					columns.set(next, (columns.get(next) ?? new Set()).add(other));
					const key = `${next} ${other}`;
					if (!seen.has(key)) {
						seen.add(key);
						edge.push([next, other]);
					}
				}
			}
		}
	}
	return {
		columns: new Map([...columns].map(([at, names]) => [at, [...names]])),
		edges: [...edges.values()],
		doubtful,
	};
}
