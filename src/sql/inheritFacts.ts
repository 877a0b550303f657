/**
 * What a column was not told of itself, it has from where it comes from. A description goes along where the value stays
 * what it is: one column, unchanged or cast. Tags, too, from each of several. Personal data goes with any value that is
 * made of it, until a model says that it is gone; where it is not known what a column is made of, all that the model
 * reads counts.
 */
import type { ColumnRef, InheritedFacts, LineageColumn, NodeLineage, PiiMark } from "../core/lineage.ts";
import { isSystemRelation } from "./systemRelation.ts";

/** Personal data that a column holds: where it was declared, and as what. */
interface Personal {
	readonly from: ReadonlyMap<string, ColumnRef>;
	readonly what: ReadonlySet<string>;
}

const NOTHING: Personal = { from: new Map(), what: new Set() };
const NO_TAGS: Known["tags"] = new Map();

interface Known {
	readonly description: { readonly value: string; readonly from: ColumnRef } | undefined;
	readonly tags: ReadonlyMap<string, readonly ColumnRef[]>;
	readonly personal: Personal;
}

/** Of most columns of most projects. */
const NOTHING_KNOWN: Known = { description: undefined, tags: NO_TAGS, personal: NOTHING };

/** By node, then by column. */
type Facts = Map<string, Map<string, Known>>;

interface Found {
	readonly nodes: ReadonlyMap<string, NodeLineage>;
	readonly known: Facts;
	/** In columns that are not listed. */
	readonly hidden: ReadonlyMap<string, Personal>;
}

/** A statement beside a node's query that writes into its relation. */
export interface HookWrite {
	/** What a person calls it. */
	readonly by: string;
	/** Nodes, or written names of what is none. */
	readonly reads: readonly string[];
}

export interface Declared {
	/** What nodes say of all their columns, also of those that are not listed. */
	readonly marks: ReadonlyMap<string, PiiMark>;
	/** By the node that is written into. */
	readonly writes: ReadonlyMap<string, readonly HookWrite[]>;
}

export function inheritFacts(
	nodes: ReadonlyMap<string, NodeLineage>,
	{ marks, writes }: Declared,
): ReadonlyMap<string, NodeLineage> {
	// What is written into a node may be read from behind it: known when all else is, and then told once more.
	let exposed: Exposed = new Map();
	for (;;) {
		const found = inherit(nodes, marks, exposed);
		const next: Exposed = new Map(
			[...writes].flatMap(([id, statements]) => {
				const by = statements.filter(({ reads }) => reads.some((read) => personalOf(read, found.facts) !== NOTHING));
				const refs = by.map((statement) => ({ node: statement.by, column: "*" }));
				return nodes.has(id) && refs.length > 0 ? [[id, merge(refs.map((ref) => markedPersonal(ref, null)))]] : [];
			}),
		);
		// A round can only add to what the one before found.
		if (sizeOf(next) === sizeOf(exposed)) return found.nodes;
		exposed = next;
	}
}

/**
 * A node's columns with what they inherit from columns of which that is known, in a project without personal data and
 * without relations that are no nodes: then nothing but descriptions and tags comes down.
 */
export function inheritFrom(
	id: string,
	columns: readonly LineageColumn[],
	nodeOf: (id: string) => NodeLineage | undefined,
): readonly LineageColumn[] {
	const nodes = { has: (node: string) => node === id || nodeOf(node) !== undefined };
	const known = {
		get(node: string) {
			// What a node says of itself is not known while it is looked at.
			const found = node === id ? undefined : nodeOf(node);
			const get = (name: string) =>
				found?.columns
					.filter((column) => column.name === name)
					.map((column) => toldBy(node, column))
					.at(-1);
			return { get };
		},
	};
	return columns.map((column) => {
		const found = factsOf(id, column, { nodes, known }, () => NOTHING);
		return found === NOTHING_KNOWN ? column : withInherited(column, found, nodes);
	});
}

/** What a column that has inherited all it can tells those that are made of it. */
function toldBy(node: string, { name, description, tags = [], inherited }: LineageColumn): Known {
	const self: ColumnRef = { node, column: name };
	const given = new Set(tags);
	const all = [
		...(inherited?.tags ?? []).map(({ value, from }) => [value, from] as const),
		...[...given].map((tag) => [tag, [self]] as const),
	];
	const told = description === undefined ? inherited?.description : { value: description, from: self };
	if (told === undefined && all.length === 0) return NOTHING_KNOWN;
	return { description: told, tags: all.length === 0 ? NO_TAGS : new Map(all), personal: NOTHING };
}

type Exposed = ReadonlyMap<string, Personal>;
const sizeOf = (exposed: Exposed): number => [...exposed.values()].reduce((sum, { from }) => sum + from.size, 0);

interface Inherited {
	readonly nodes: ReadonlyMap<string, NodeLineage>;
	readonly facts: Found;
}

function inherit(
	nodes: ReadonlyMap<string, NodeLineage>,
	marks: ReadonlyMap<string, PiiMark>,
	exposed: Exposed,
): Inherited {
	const known: Facts = new Map();
	const hidden = new Map<string, Personal>();
	const done = new Map<string, NodeLineage>();
	const facts: Found = { nodes, known, hidden };
	for (const id of inputsFirst(nodes)) {
		const node = nodes.get(id)!;
		const everything = lazily(() =>
			merge(node.reads.filter((read) => read !== id).map((read) => personalOf(read, facts))),
		);
		const own = new Map<string, Known>();
		const columns = node.columns.map((column) => {
			const found = withWritten(column, factsOf(id, column, facts, everything), exposed.get(id));
			const twin = own.get(column.name);
			own.set(column.name, twin === undefined ? found : { ...found, personal: merge([twin.personal, found.personal]) });
			return found === NOTHING_KNOWN ? column : withInherited(column, found, nodes);
		});
		known.set(id, own);
		const behind = unlistedPersonal(id, node, everything, { ...facts, mark: marks.get(id) });
		const written = node.complete || marks.get(id)?.pii === false ? undefined : exposed.get(id);
		const unlisted = written === undefined ? behind : merge([behind, written]);
		hidden.set(id, unlisted);
		const pii = unlisted === NOTHING ? {} : { unlisted_pii: { from: sorted(unlisted.from.values()) } };
		done.set(id, { ...node, columns, ...pii });
	}
	// In the order they came, which is that of their names.
	return { nodes: new Map([...nodes.keys()].map((id) => [id, done.get(id)!])), facts };
}

/** What a statement beside the query may have put into a column that says nothing itself. */
const withWritten = ({ pii }: LineageColumn, found: Known, written: Personal | undefined): Known =>
	written === undefined || pii !== undefined ? found : { ...found, personal: merge([found.personal, written]) };

const key = (node: string, column: string): string => `${node}\0${column}`;

const DOUBTED = new Set(["ambiguous", "opaque", "unknown"]);

/** Of what is known of other columns. */
interface Above {
	readonly nodes: { has(node: string): boolean };
	readonly known: { get(node: string): { get(column: string): Known | undefined } | undefined };
}

function factsOf(id: string, column: LineageColumn, found: Above, everything: () => Personal): Known {
	const self: ColumnRef = { node: id, column: column.name };
	const upstream = upstreamFacts(column.upstream, found);
	const doubted = DOUBTED.has(column.confidence);
	const { description: written, tags: given = [], pii } = column;
	if (upstream.length === 0 && !doubted && written === undefined && given.length === 0 && pii === undefined)
		return NOTHING_KNOWN;
	const same = column.kind === "direct" || column.kind === "cast";
	const [first] = upstream;
	const inherited = same && column.upstream.length === 1 ? first?.description : undefined;
	const description = column.description === undefined ? inherited : { value: column.description, from: self };
	const tags = tagsOf(self, given, same ? upstream : []);
	const personal = ownPersonal(self, column) ?? inheritedPersonal(upstream, doubted ? everything() : NOTHING);
	return description === undefined && tags === NO_TAGS && personal === NOTHING
		? NOTHING_KNOWN
		: { description, tags, personal };
}

/** Those of which anything is known. */
function upstreamFacts(refs: readonly ColumnRef[], { nodes, known }: Above): readonly Known[] {
	const found: Known[] = [];
	for (const { node, column } of refs) {
		const facts = nodes.has(node) ? known.get(node)?.get(column) : unknownFacts({ node, column }, nodes);
		if (facts !== undefined && facts !== NOTHING_KNOWN) found.push(facts);
	}
	return found;
}

function tagsOf(self: ColumnRef, given: readonly string[], upstream: readonly Known[]): Known["tags"] {
	if (given.length === 0 && upstream.every(({ tags }) => tags.size === 0)) return NO_TAGS;
	const tags = new Map<string, readonly ColumnRef[]>();
	for (const facts of upstream)
		for (const [tag, from] of facts.tags) tags.set(tag, [...(tags.get(tag) ?? []), ...from]);
	for (const tag of given) tags.set(tag, [self]);
	return tags;
}

/** What the column says of itself; undefined: nothing. */
function ownPersonal(self: ColumnRef, { pii }: LineageColumn): Personal | undefined {
	if (pii === undefined) return undefined;
	if (!pii.pii) return NOTHING;
	return markedPersonal(self, pii.what);
}

const markedPersonal = (self: ColumnRef, what: string | null): Personal => ({
	from: new Map([[key(self.node, self.column), self]]),
	what: new Set(what === null ? [] : [what]),
});

/** A relation that is no node may hold anything, unless it is one of the database's own. */
const unknownOf = (ref: ColumnRef, nodes: Above["nodes"]): Personal =>
	nodes.has(ref.node) || isSystemRelation(ref.node.split(".")) ? NOTHING : markedPersonal(ref, null);

const unknownFacts = (ref: ColumnRef, nodes: Above["nodes"]): Known => ({
	...NOTHING_KNOWN,
	personal: unknownOf(ref, nodes),
});

/** All personal data of a node, in columns that are listed or not. */
const personalOf = (id: string, { nodes, known, hidden }: Found): Personal =>
	merge([
		unknownOf({ node: id, column: "*" }, nodes),
		...[...(known.get(id)?.values() ?? [])].map(({ personal }) => personal),
		hidden.get(id) ?? NOTHING,
	]);

/**
 * What columns that are not listed may hold: of what could not be read, all that it reads; behind a star, what the
 * relations there hold and no listed column is made of.
 */
function unlistedPersonal(
	id: string,
	{ complete, status, rest, columns }: NodeLineage,
	everything: () => Personal,
	{ nodes, known, hidden, mark }: Found & { readonly mark: PiiMark | undefined },
): Personal {
	if (complete || mark?.pii === false) return NOTHING;
	if (mark?.pii === true) return markedPersonal({ node: id, column: "*" }, mark.what);
	if (status === "declared") return NOTHING;
	if (status === "unparsed" || status === "timeout") return everything();
	const listed = new Set(columns.flatMap(({ upstream }) => upstream.map(({ node, column }) => key(node, column))));
	const behind = rest.filter((from) => from !== id);
	return merge(
		behind.flatMap((from) => [
			hidden.get(from) ?? NOTHING,
			unknownOf({ node: from, column: "*" }, nodes),
			...[...(known.get(from) ?? [])].flatMap(([name, { personal }]) =>
				listed.has(key(from, name)) ? [] : [personal],
			),
		]),
	);
}

function inheritedPersonal(upstream: readonly Known[], more: Personal): Personal {
	if (more === NOTHING && upstream.every(({ personal }) => personal === NOTHING)) return NOTHING;
	return merge([...upstream.map(({ personal }) => personal), more]);
}

function merge(all: readonly Personal[]): Personal {
	const full = all.filter(({ from }) => from.size > 0);
	if (full.length < 2) return full[0] ?? NOTHING;
	return {
		from: new Map(full.flatMap(({ from }) => [...from])),
		what: new Set(full.flatMap(({ what }) => [...what])),
	};
}

function lazily<T>(make: () => T): () => T {
	let made: { readonly value: T } | undefined;
	return () => (made ??= { value: make() }).value;
}

const sorted = (refs: Iterable<ColumnRef>): readonly ColumnRef[] =>
	[...refs].sort((a, b) => (key(a.node, a.column) < key(b.node, b.column) ? -1 : 1));

function withInherited(
	column: LineageColumn,
	{ description, tags, personal }: Known,
	nodes: Above["nodes"],
): LineageColumn {
	if (personal === NOTHING && tags === NO_TAGS && (description === undefined || column.description !== undefined))
		return column;
	const own = new Set(column.tags);
	const fromAbove = [...tags].filter(([tag]) => !own.has(tag)).sort(([a], [b]) => (a < b ? -1 : 1));
	const from = sorted(personal.from.values());
	const known = from.filter(({ node }) => nodes.has(node));
	const unknown = from.filter(({ node }) => !nodes.has(node));
	const inherited: InheritedFacts = {
		...(column.description === undefined && description !== undefined ? { description } : {}),
		...(fromAbove.length > 0 ? { tags: fromAbove.map(([value, from]) => ({ value, from: sorted(from) })) } : {}),
		...(column.pii === undefined && known.length > 0 ? { pii: { what: [...personal.what].sort(), from: known } } : {}),
		...(column.pii === undefined && unknown.length > 0 ? { unknown: { from: unknown } } : {}),
	};
	return Object.keys(inherited).length === 0 ? column : { ...column, inherited };
}

/** Every node after those that its columns come from. */
export function inputsFirst(nodes: ReadonlyMap<string, Pick<NodeLineage, "reads" | "rest">>): readonly string[] {
	const readers = new Map<string, string[]>();
	const open = new Map<string, number>();
	for (const [id, { reads, rest }] of nodes) {
		const inputs = new Set([...reads, ...rest].filter((input) => input !== id && nodes.has(input)));
		open.set(id, inputs.size);
		for (const input of inputs) {
			const known = readers.get(input);
			if (known === undefined) readers.set(input, [id]);
			else known.push(id);
		}
	}
	const order = [...open].flatMap(([id, count]) => (count === 0 ? [id] : []));
	for (let i = 0; i < order.length; i++)
		for (const reader of readers.get(order[i]!) ?? []) {
			const left = open.get(reader)! - 1;
			open.set(reader, left);
			if (left === 0) order.push(reader);
		}
	return order;
}
