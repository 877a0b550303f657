/**
 * What is known of target/lineage.columns.json: the reading of the project that it was made of, what templates asked for
 * besides, and where each node stands in it. As long as all of that is as it was, nothing has to be rendered to know
 * the lineage (docs/adr/0064).
 */
import { join } from "node:path";
import type { Invocation } from "../../core/invocation.ts";
import type { ColumnLineage, NodeLineage } from "../../core/lineage.ts";
import type { NodeId } from "../../core/node.ts";
import { displayName } from "../displayName.ts";
import { leaveKeptNote, readKeptNote } from "../keptNote.ts";
import type { OpenProject } from "../openProject.ts";
import { type Asked, answersStand } from "../parseCache/askedReads.ts";
import { type EditedTexts, editedBetween, editedTexts } from "../parseCache/editedTexts.ts";
import {
	countLineage,
	type FoundLineage,
	invertReferences,
	type LineageCounts,
	nodesReferredTo,
	recount,
} from "./foundLineage.ts";
import { type LineageDocument, lineageStands, readLineage, type WrittenLineage } from "./lineageDocument.ts";
import type { Surroundings } from "./surroundings.ts";

interface Note extends WrittenLineage {
	/** Of the reading. */
	readonly key: string;
	/** The same as long as nothing but texts of nodes changes, and which of these are others than when that was read. */
	readonly base: string;
	readonly edited: EditedTexts;
	/** Null: where a text changed, all nodes have to be looked at. */
	readonly surroundings: Surroundings | null;
	/** Templates that ask the database were not rendered: so it is only where they may not. */
	readonly blind: boolean;
	readonly asked: Asked;
	readonly counts: LineageCounts;
	/** Of each node, in the order of the document. */
	readonly ids: readonly string[];
	readonly names: readonly string[];
	/** Places of the nodes that it refers to. */
	readonly refers: readonly (readonly number[])[];
}

const notePath = ({ config }: Pick<OpenProject, "config">): string => join(config.targetDir, "lineage_kept.tfm");

export interface KeptLineage {
	readonly counts: LineageCounts;
	/** Null: the document is not what was written. */
	open(): FoundLineage | null;
}

/** Null: it is not known, or not of these very files, or the document is another one by now. */
export function readKeptLineage({ flags }: Pick<Invocation, "flags">, project: OpenProject): KeptLineage | null {
	const note = standingNote(flags, project);
	if (note === null || note.key !== project.known?.key) return null;
	return {
		counts: note.counts,
		open() {
			const document = readLineage(project, note);
			return document === null ? null : lineageIn(document, note, displayName(project));
		},
	};
}

/** What is known of another reading, which differs from this one in texts of nodes alone. */
export interface EarlierLineage {
	readonly lineage: FoundLineage;
	readonly surroundings: Surroundings;
	/** Nodes whose texts differ. */
	readonly edited: readonly NodeId[];
	/** Of these files: with what was asked for these nodes, which are others now or may be. */
	keep(changed: ReadonlyMap<string, NodeLineage>, asked: Asked, metadata: Partial<ColumnLineage["metadata"]>): void;
}

/** Null: there is none. */
export function readEarlierLineage({ flags }: Pick<Invocation, "flags">, project: OpenProject): EarlierLineage | null {
	const note = standingNote(flags, project);
	const { known } = project;
	if (note === null || known === null || note.base !== known.base || note.surroundings === null) return null;
	const document = readLineage(project, note);
	if (document === null) return null;
	const lineage = lineageIn(document, note, displayName(project));
	const { surroundings } = note;
	return {
		...{ lineage, surroundings, edited: editedBetween(note.edited, editedTexts(project)) },
		keep(changed, asked, metadata) {
			const places = new Map(note.ids.map((id, place) => [id, place]));
			const entries = [...changed].map(([id, node]) => [places.get(id)!, [id, node]] as const);
			const refers = [...note.refers];
			for (const [place, [, node]] of entries) refers[place] = placesReferredTo(node, places);
			const was = countLineage([...changed.keys()].map((id) => lineage.nodeOf(id)!));
			leaveKeptNote<Note>(notePath(project), {
				...{ ...note, ...document.amend(metadata, new Map(entries)) },
				...{ key: known.key, edited: editedTexts(project), refers },
				asked: { env: merged(note.asked.env, asked.env), flags: merged(note.asked.flags, asked.flags) },
				counts: recount(note.counts, was, countLineage(changed.values())),
			});
		},
	};
}

const merged = (was: Asked["env"], now: Asked["env"]): Asked["env"] => [...new Map([...was, ...now])];

/** The note of a document that stands, where all that templates asked would be answered as it was. */
function standingNote(flags: Invocation["flags"], project: OpenProject): Note | null {
	if (project.known === null) return null;
	const note = readKeptNote<Note>(notePath(project));
	if (note === null || (note.key !== project.known.key && note.base !== project.known.base)) return null;
	if (!lineageStands(project, note) || (note.blind && flags.extra.introspect !== false)) return null;
	return answersStand(note.asked, project.facts.invocation) ? note : null;
}

/** Nodes are read one by one, and names of none are looked up in the project. */
function lineageIn(
	document: LineageDocument,
	{ counts, ids, names, refers }: Note,
	otherName: (id: string) => string,
): FoundLineage {
	const places = new Map(ids.map((id, place) => [id, place]));
	const known = new Map<string, NodeLineage>();
	const readersOf = invertReferences(ids.map((id, place) => [id, refers[place]!.map((to) => ids[to]!)]));
	return {
		counts,
		ids,
		nodeOf(id) {
			const place = places.get(id);
			if (place === undefined) return undefined;
			const node = known.get(id) ?? document.nodeAt(place);
			known.set(id, node);
			return node;
		},
		readersOf,
		nameOf(id) {
			const place = places.get(id);
			return place === undefined ? otherName(id) : names[place]!;
		},
		whole: document.whole,
	};
}

/** For the next command; nothing where the project itself is not kept. */
export function keepLineage(
	project: OpenProject,
	found: Pick<Note, "blind" | "asked" | "surroundings"> & {
		readonly written: WrittenLineage;
		readonly lineage: ColumnLineage;
	},
): void {
	if (project.known === null) return;
	const { key, base } = project.known;
	const { written, lineage, blind, asked, surroundings } = found;
	const { nodes } = lineage;
	const ids = Object.keys(nodes);
	const places = new Map(ids.map((id, place) => [id, place]));
	leaveKeptNote<Note>(notePath(project), {
		...{ key, base, edited: editedTexts(project), surroundings, blind, asked, ...written, ids },
		counts: countLineage(Object.values(nodes)),
		names: ids.map(displayName(project)),
		refers: Object.values(nodes).map((node) => placesReferredTo(node, places)),
	});
}

const placesReferredTo = (node: NodeLineage, places: ReadonlyMap<string, number>): readonly number[] =>
	[...nodesReferredTo(node)].flatMap((id) => places.get(id) ?? []);
