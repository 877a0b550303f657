import type { MacroDefinition } from "../../context/context.ts";
import type { Location } from "../../core/location.ts";
import { findNode, type Manifest } from "../../core/manifest.ts";
import type { ExecutableNode, GraphNode, NodeId } from "../../core/node.ts";
import { type KindCounts, kindsOf, type NodeOutline } from "../../core/nodeOutline.ts";
import { datedModels } from "../../manifest/modelDeprecations.ts";
import { type NodesByText, nodesByText } from "../editedText.ts";
import { type PackedEdges, packEdges, unpackEnds } from "./packEdges.ts";
import { type PackedOutlines, packOutlines, unpackOutlines } from "./packOutlines.ts";
import { type PackedRows, packRows, unpackRows } from "./packRows.ts";
import { PartedMap } from "./partedMap.ts";
import type { TimedText } from "./timedTexts.ts";

/** What reading a project found. */
export interface KnownProject {
	readonly manifest: Manifest;
	readonly macros: readonly MacroDefinition[];
	/** What has to be asked again. */
	readonly timed: readonly TimedText[];
}

export interface UnpackedProject extends KnownProject {
	/** Which nodes the texts of the project's own files are. */
	texts(): NodesByText;
	/** Models with a `deprecation_date`. */
	readonly dated: readonly NodeId[];
}

/** The places of nodes that know theirs without reading a file again; of tests that is none. */
type Places = ReadonlyMap<GraphNode, Location>;

/** What every command asks for. */
interface FirstPart extends Omit<UnpackedProject, "texts"> {
	/** Without nodes and edges. */
	readonly manifest: Manifest;
	readonly places: Places;
	readonly kinds: KindCounts;
	/** How many nodes have edges, none among them. */
	readonly joints: number;
}

/** Nodes one after the other; tests, of which there are most and which say the same of most things, as columns. */
type NodesRun = readonly ExecutableNode[] | PackedRows;

interface NodesPart {
	readonly runs: readonly NodesRun[];
	readonly places: Places;
}

/** A megabyte. What nodes share is written once in a part. */
const NODES_IN_PART = 500;
const FIRST = 0;
const EDGES = 1;
const OUTLINES = 2;
const IDS = 3;
const TEXTS = 4;
const NODES = 5;

const othersIn = (manifest: Manifest): readonly GraphNode[] => [
	...manifest.sources.values(),
	...manifest.exposures.values(),
	...manifest.unitTests.values(),
	...manifest.metrics.values(),
	...manifest.semanticModels.values(),
	...manifest.savedQueries.values(),
	...(manifest.unresolved?.values() ?? []),
	...[...manifest.disabled.values()].flat(),
];

/** `location` is computed on a prototype (manifest/finishedNode.ts), which a serializer leaves behind. */
const asksForPlace = (node: GraphNode): boolean => !Object.hasOwn(node, "location");

const placesOf = (nodes: readonly GraphNode[]): Places =>
	new Map(
		nodes.flatMap((node) =>
			asksForPlace(node) && node.resource_type !== "test" ? [[node, node.location] as const] : [],
		),
	);

/** Plain values, in the parts that unpackProject reads. */
export function* packProject({
	manifest,
	macros,
	timed,
}: KnownProject): Generator<FirstPart | PackedEdges | PackedOutlines | readonly NodeId[] | NodesByText | NodesPart> {
	const { nodes, parents } = manifest;
	yield {
		manifest: { ...manifest, nodes: new Map(), parents: new Map(), children: new Map() },
		macros,
		timed,
		places: placesOf(othersIn(manifest)),
		kinds: kindsOf(nodes),
		joints: parents.size,
		dated: datedModels(manifest),
	};
	yield packEdges(manifest);
	const all = [...nodes.values()];
	yield packOutlines(all);
	yield [...nodes.keys()];
	yield nodesByText(manifest, manifest.projectName);
	for (let from = 0; from < all.length; from += NODES_IN_PART) {
		const some = all.slice(from, from + NODES_IN_PART);
		yield { runs: packRuns(some), places: placesOf(some) };
	}
}

/** Of tests no place is kept, so that nothing else in the part names them. */
const isInRows = ({ resource_type }: ExecutableNode): boolean => resource_type === "test";

function packRuns(nodes: readonly ExecutableNode[]): readonly NodesRun[] {
	const runs: NodesRun[] = [];
	for (let from = 0, to = 0; from < nodes.length; from = to) {
		const inRows = isInRows(nodes[from]!);
		while (to < nodes.length && isInRows(nodes[to]!) === inRows) to++;
		const run = nodes.slice(from, to);
		runs.push((inRows ? packRows(run) : null) ?? run);
	}
	return runs;
}

const unpackRuns = (runs: readonly NodesRun[]): readonly ExecutableNode[] =>
	runs.flatMap((run) => ("columns" in run ? (unpackRows(run) as unknown as ExecutableNode[]) : run));

/** The nodes, and what names them without reading any. */
class KnownNodes extends PartedMap<NodeId, ExecutableNode> {
	readonly #kinds: KindCounts;
	readonly #ids: () => readonly NodeId[];
	readonly #readOutlines: () => PackedOutlines;
	#outlines: readonly NodeOutline[] | undefined;

	constructor(
		{ kinds, ids }: { readonly kinds: KindCounts; readonly ids: () => readonly NodeId[] },
		readOutlines: () => PackedOutlines,
		read: (part: number) => readonly ExecutableNode[],
	) {
		let size = 0;
		for (const count of kinds.values()) size += count;
		super(ids, NODES_IN_PART, read, size);
		this.#kinds = kinds;
		this.#ids = ids;
		this.#readOutlines = readOutlines;
	}

	kinds(): KindCounts {
		return this.#kinds;
	}

	outlines(): readonly NodeOutline[] {
		this.#outlines ??= unpackOutlines(this.#readOutlines(), this.#ids());
		return this.#outlines;
	}
}

export interface Rereading {
	/** The place of a test, when somebody asks for it. */
	locate(id: NodeId): Location | undefined;
	/** The project as its files say it, where a part turns out to be damaged. Throws TfmError. */
	manifest(): Manifest;
}

/**
 * The project again: nodes that have a place, frozen. `part` gives null of a part that is damaged. Null: the first one
 * is; what else is damaged is taken from the files when it is asked for.
 */
export function unpackProject(part: (index: number) => unknown, again: Rereading): UnpackedProject | null {
	const first = part(FIRST) as FirstPart | null;
	if (first === null) return null;
	const revive = (nodes: Iterable<GraphNode>, places: Places): void => {
		const withPlace = {
			get location(): Location {
				const self = this as unknown as GraphNode;
				const known = places.get(self) ?? again.locate(self.unique_id);
				return known ?? { file: (self as { original_file_path: string }).original_file_path, line: 1, column: 1 };
			},
		};
		for (const node of nodes) {
			if (asksForPlace(node)) Object.setPrototypeOf(node, withPlace);
			Object.freeze(node);
		}
	};
	const { kinds, joints, macros, timed, dated } = first;
	revive(othersIn(first.manifest), first.places);
	let known: readonly NodeId[] | undefined;
	const ids = (): readonly NodeId[] => {
		known ??= (part(IDS) as readonly NodeId[] | null) ?? [...again.manifest().nodes.keys()];
		return known;
	};
	const nodes = new KnownNodes(
		{ kinds, ids },
		() => (part(OUTLINES) as PackedOutlines | null) ?? packOutlines([...again.manifest().nodes.values()]),
		(index) => {
			const found = part(NODES + index) as NodesPart | null;
			if (found !== null) {
				const unpacked = unpackRuns(found.runs);
				revive(unpacked, found.places);
				return unpacked;
			}
			const manifest = again.manifest();
			return ids()
				.slice(index * NODES_IN_PART, (index + 1) * NODES_IN_PART)
				.map((id) => findNode(manifest, id) as ExecutableNode);
		},
	);
	let packed: PackedEdges | undefined;
	const readEdges = (): PackedEdges => {
		packed ??= (part(EDGES) as PackedEdges | null) ?? packEdges(again.manifest());
		return packed;
	};
	const edges = (kind: "parents" | "children") =>
		new PartedMap<NodeId, readonly NodeId[]>(
			() => readEdges().joined,
			Number.POSITIVE_INFINITY,
			() => unpackEnds(readEdges(), kind),
			joints,
		);
	const manifest = Object.freeze({
		...first.manifest,
		nodes,
		parents: edges("parents"),
		children: edges("children"),
	});
	let byText: NodesByText | undefined;
	const texts = (): NodesByText => {
		byText ??= (part(TEXTS) as NodesByText | null) ?? nodesByText(again.manifest(), manifest.projectName);
		return byText;
	};
	return { manifest, macros, timed, texts, dated };
}
