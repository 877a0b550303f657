/**
 * What is known of target/lineage.columns.json: the reading of the project that it was made of, what templates asked for
 * besides, and where each node stands in it. As long as all of that is as it was, nothing has to be rendered to know
 * the lineage (docs/adr/0064).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Invocation } from "../../core/invocation.ts";
import type { ColumnLineage, NodeLineage } from "../../core/lineage.ts";
import { displayName } from "../displayName.ts";
import type { OpenProject } from "../openProject.ts";
import { type Asked, answersStand } from "../parseCache/askedReads.ts";
import { writeWhole } from "../writeWhole.ts";
import {
	countLineage,
	type FoundLineage,
	invertReferences,
	type LineageCounts,
	nodesReferredTo,
} from "./foundLineage.ts";
import { type LineageDocument, lineageStands, readLineage, type WrittenLineage } from "./lineageDocument.ts";

interface Note extends WrittenLineage {
	/** Of the reading. */
	readonly key: string;
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
	if (project.known === null) return null;
	const note = readNote(notePath(project));
	if (note === null || note.key !== project.known.key || !lineageStands(project, note)) return null;
	if (note.blind && flags.extra.introspect !== false) return null;
	if (!answersStand(note.asked, project.facts.invocation)) return null;
	return {
		counts: note.counts,
		open() {
			const document = readLineage(project, note);
			return document === null ? null : lineageIn(document, note, displayName(project));
		},
	};
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
	{
		written,
		lineage,
		blind,
		asked,
	}: {
		readonly written: WrittenLineage;
		readonly lineage: ColumnLineage;
		readonly blind: boolean;
		readonly asked: Asked;
	},
): void {
	if (project.known === null) return;
	const { key } = project.known;
	const { nodes } = lineage;
	const ids = Object.keys(nodes);
	const places = new Map(ids.map((id, place) => [id, place]));
	const note: Note = {
		...{ key, blind, asked, ...written },
		counts: countLineage(Object.values(nodes)),
		ids,
		names: ids.map(displayName(project)),
		refers: Object.values(nodes).map((node) => [...nodesReferredTo(node)].flatMap((id) => places.get(id) ?? [])),
	};
	writeWhole(notePath(project), [JSON.stringify(note)]);
}

/** A note is ours alone: one that is not JSON was damaged, and says nothing. */
function readNote(path: string): Note | null {
	try {
		return JSON.parse(readFileSync(path, "utf8")) as Note;
	} catch (error) {
		if (error instanceof SyntaxError || (error instanceof Error && "code" in error && error.code === "ENOENT"))
			return null;
		throw error;
	}
}
