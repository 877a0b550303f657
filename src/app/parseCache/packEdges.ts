import type { Manifest } from "../../core/manifest.ts";
import type { NodeId } from "../../core/node.ts";

/** For each id how many ends its edges have, and all ends one after the other. */
interface Ends {
	readonly counts: Uint32Array;
	readonly ends: Uint32Array;
}

/**
 * Ids are long, and each stands in many edges: written once, and by their places from there on. In three blocks of
 * numbers, which a serializer copies: a list for each id takes longer than the lists' making.
 */
export interface PackedEdges {
	/** The nodes that have edges, none among them, in order. */
	readonly joined: readonly NodeId[];
	/** What edges lead to beside these; their places follow those of `joined`. */
	readonly others: readonly NodeId[];
	readonly parents: Ends;
	readonly children: Ends;
}

/** Throws where the two are not of the same nodes. */
export function packEdges({ parents, children }: Pick<Manifest, "parents" | "children">): PackedEdges {
	const joined = [...parents.keys()];
	if (joined.length !== children.size || joined.some((id) => !children.has(id)))
		throw new Error("parents and children are not of the same nodes");
	const places = new Map<NodeId, number>();
	for (const id of joined) places.set(id, places.size);
	const others: NodeId[] = [];
	const placeOf = (id: NodeId): number => {
		let place = places.get(id);
		if (place === undefined) {
			places.set(id, (place = places.size));
			others.push(id);
		}
		return place;
	};
	const pack = (edges: Manifest["parents"]): Ends => {
		const counts = new Uint32Array(joined.length);
		const ends: number[] = [];
		for (let at = 0; at < joined.length; at++) {
			const found = edges.get(joined[at]!)!;
			counts[at] = found.length;
			for (const end of found) ends.push(placeOf(end));
		}
		return { counts, ends: Uint32Array.from(ends) };
	};
	return { joined, parents: pack(parents), children: pack(children), others };
}

/** The ends of each id, in the order of `joined`. */
export function unpackEnds({ joined, others, ...edges }: PackedEdges, kind: "parents" | "children"): NodeId[][] {
	const { counts, ends } = edges[kind];
	let next = 0;
	return Array.from(counts, (count) => {
		const found = new Array<NodeId>(count);
		for (let i = 0; i < count; i++) {
			const place = ends[next++]!;
			found[i] = place < joined.length ? joined[place]! : others[place - joined.length]!;
		}
		return found;
	});
}
