/**
 * target/lineage.columns.json: a node a line, so that two versions can be compared by eye, no text has to hold all of a
 * large project, and a node can be read without the others.
 */
import { createHash, hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ColumnLineage, NodeLineage } from "../../core/lineage.ts";
import type { OpenProject } from "../openProject.ts";
import { type FileMark, fileMark, writeWhole } from "../writeWhole.ts";

export const lineagePath = ({ config }: Pick<OpenProject, "config">): string =>
	join(config.targetDir, "lineage.columns.json");

/** A document as it was written. */
export interface WrittenLineage {
	readonly mark: FileMark;
	/** Of all of its bytes. */
	readonly sum: string;
	/** Bytes of what stands before the nodes, and of each node, in the order of the document. */
	readonly lengths: readonly number[];
}

export function writeLineage(project: Pick<OpenProject, "config">, lineage: ColumnLineage): WrittenLineage {
	const lengths: number[] = [];
	const sum = createHash("sha1");
	const mark = writeWhole(lineagePath(project), bytesOf(lineage, lengths, sum));
	return { mark, sum: sum.digest("base64"), lengths };
}

function* bytesOf(
	lineage: ColumnLineage,
	lengths: number[],
	sum: ReturnType<typeof createHash>,
): Generator<Uint8Array> {
	for (const text of lineageText(lineage)) {
		const bytes = Buffer.from(text);
		lengths.push(bytes.length);
		sum.update(bytes);
		yield bytes;
	}
	// The end of the document is no node.
	lengths.pop();
}

/** First what stands before the nodes, then node by node, then the end. */
function* lineageText({ metadata, nodes }: ColumnLineage): Generator<string> {
	yield headText(metadata);
	let place = 0;
	for (const [id, node] of Object.entries(nodes)) yield entryText(place++, id, node);
	yield "\n}}\n";
}

const headText = (metadata: ColumnLineage["metadata"]): string =>
	`{"metadata": ${JSON.stringify(metadata)},\n"nodes": {`;

const entryText = (place: number, id: string, node: NodeLineage): string =>
	`${place === 0 ? "\n" : ",\n"}${JSON.stringify(id)}: ${JSON.stringify(node)}`;

/** Whether the document of this project is still the one that was written. */
export const lineageStands = (project: Pick<OpenProject, "config">, { mark }: WrittenLineage): boolean =>
	fileMark(lineagePath(project)) === mark;

export interface LineageDocument {
	/** By its place among the nodes. */
	nodeAt(place: number): NodeLineage;
	whole(): ColumnLineage;
	/** The document with other nodes in some places, and of another command, in its place. */
	amend(
		metadata: Partial<ColumnLineage["metadata"]>,
		changed: ReadonlyMap<number, readonly [string, NodeLineage]>,
	): WrittenLineage;
}

/** Null: it is not, to the last byte, what was written. */
export function readLineage(project: Pick<OpenProject, "config">, written: WrittenLineage): LineageDocument | null {
	const bytes = readOrNull(lineagePath(project));
	if (bytes === null || hash("sha1", bytes, "base64") !== written.sum) return null;
	const ends: number[] = [];
	for (const length of written.lengths) ends.push((ends.at(-1) ?? 0) + length);
	return {
		nodeAt(place) {
			// A comma and the end of a line stand before each but the first.
			const entry = bytes.toString("utf8", ends[place]! + (place === 0 ? 0 : 1), ends[place + 1]);
			return Object.values(JSON.parse(`{${entry}}`) as ColumnLineage["nodes"])[0]!;
		},
		whole: () => JSON.parse(bytes.toString("utf8")) as ColumnLineage,
		amend(metadata, changed) {
			const before = JSON.parse(`${bytes.toString("utf8", 0, ends[0])}}}`) as Pick<ColumnLineage, "metadata">;
			const lengths = [...written.lengths];
			const chunks: Uint8Array[] = [Buffer.from(headText({ ...before.metadata, ...metadata }))];
			lengths[0] = chunks[0]!.length;
			let from = ends[0]!;
			for (const [place, [id, node]] of [...changed].sort(([a], [b]) => a - b)) {
				const entry = Buffer.from(entryText(place, id, node));
				chunks.push(bytes.subarray(from, ends[place]), entry);
				lengths[place + 1] = entry.length;
				from = ends[place + 1]!;
			}
			chunks.push(bytes.subarray(from));
			const sum = createHash("sha1");
			for (const chunk of chunks) sum.update(chunk);
			return { mark: writeWhole(lineagePath(project), chunks), sum: sum.digest("base64"), lengths };
		},
	};
}

function readOrNull(path: string): Buffer | null {
	try {
		return readFileSync(path);
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
		throw error;
	}
}
