import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NodeId } from "../core/node.ts";
import { type JsonPiece, mapPieces, objectPieces, passingPiece, textOf } from "../manifest/sortedJson.ts";
import { besideStands, type KeptDocument, manifestStands, type WrittenOf, writeKept } from "./keptManifest.ts";
import { writeWhole } from "./writeWhole.ts";

const ids = Array.from({ length: 300 }, (_, i) => `model.shop.m${i}` as NodeId);
let made: string[];

/** A document of three hundred nodes; those whose text is made are written down. */
function pieces(time: string, texts: Readonly<Record<string, string>> = {}): Iterable<JsonPiece> {
	const write = (id: NodeId): string => {
		made.push(id);
		return JSON.stringify(texts[id] ?? "select 1");
	};
	return objectPieces([
		["metadata", passingPiece(() => JSON.stringify(time))],
		["nodes", mapPieces(new Map(ids.map((id) => [id, id])), write)],
	]);
}
const whole = (...of: Parameters<typeof pieces>): string => [...pieces(...of)].map((piece) => textOf(piece)).join("");

const reading = (key: string, base = key, edited: readonly NodeId[] = []): WrittenOf => ({
	key,
	base,
	edited,
	lasting: "{}",
});

describe("a manifest.json that was written", () => {
	let document: KeptDocument;
	beforeEach(() => {
		made = [];
		const targetDir = mkdtempSync(join(tmpdir(), "tfm-kept-"));
		document = { targetDir, path: join(targetDir, "manifest.json"), beside: join(targetDir, "semantic_manifest.json") };
		writeWhole(document.beside, ["{}"]);
		writeKept(document, pieces("monday"), reading("one"));
		made = [];
	});
	afterEach(() => rmSync(document.targetDir, { recursive: true, force: true }));

	it("stands for the reading that it was written of, and for no other", () => {
		expect(manifestStands(document, reading("one"))).toBe(true);
		expect(manifestStands(document, reading("another"))).toBe(false);
		expect(manifestStands(document, { ...reading("one"), lasting: "{quoted}" })).toBe(false);
	});

	it("does not stand when something else wrote either file, even the same bytes, or removed it", () => {
		writeWhole(document.path, [readFileSync(document.path)]);
		expect(manifestStands(document, reading("one"))).toBe(false);
		writeKept(document, pieces("monday"), reading("one"));
		writeWhole(document.beside, ["{}"]);
		expect([manifestStands(document, reading("one")), besideStands(document, reading("one"))]).toEqual([false, false]);
		rmSync(document.beside);
		expect(manifestStands(document, reading("one"))).toBe(false);
	});

	it("does not stand where no note of it was left, or one that cannot be read", () => {
		const note = join(document.targetDir, "manifest_kept.tfm");
		for (const damage of [() => writeFileSync(note, "damaged"), () => rmSync(note)]) {
			damage();
			expect(manifestStands(document, reading("one"))).toBe(false);
		}
	});

	it("is copied but for the pieces with edited nodes, those edited before among them, and for what says the time", () => {
		const [first, last] = [ids[0]!, ids.at(-1)!];
		const step = (time: string, key: string, texts: Readonly<Record<string, string>>) => {
			made = [];
			writeKept(document, pieces(time, texts), reading(key, "one", Object.keys(texts) as NodeId[]));
			const of = [...made];
			expect(readFileSync(document.path, "utf8")).toBe(whole(time, texts));
			expect(manifestStands(document, reading(key, "one"))).toBe(true);
			return of;
		};
		expect(step("tuesday", "two", { [first]: "select 'a longer text'" }).length).toBe(64);
		expect(step("wednesday", "three", { [last]: "select 3" }).length).toBe(128);
		expect(step("thursday", "one", {}).length).toBeLessThan(128);
	});

	it("is copied but for the pieces of nodes with which something else was done than the last time", () => {
		const [first, last] = [ids[0]!, ids.at(-1)!];
		const step = (works: Readonly<Record<string, string>>) => {
			made = [];
			writeKept(document, pieces("tuesday", works), reading("one"), { works: new Map(Object.entries(works)) });
			const of = made.length;
			expect(readFileSync(document.path, "utf8")).toBe(whole("tuesday", works));
			return of;
		};
		expect(step({ [first]: "compiled" })).toBe(64);
		expect(manifestStands(document, reading("one"))).toBe(false);
		expect(step({ [first]: "compiled" })).toBe(0);
		expect(step({ [first]: "compiled", [last]: "run" })).toBe(64);
		expect(step({ [last]: "run" })).toBe(64);
		expect(step({})).toBe(64);
		expect(manifestStands(document, reading("one"))).toBe(true);
	});

	it("takes edges over without asking for them, whatever was edited or done", () => {
		const edges = new Map(ids.map((id) => [id, [id]]));
		const asked = vi.spyOn(edges, "keys");
		const both = () =>
			objectPieces([
				["child_map", mapPieces(edges, (ends) => JSON.stringify(ends), { lasting: true })],
				["nodes", mapPieces(new Map(ids.map((id) => [id, id])), (id) => JSON.stringify(id))],
			]);
		writeKept(document, both(), reading("two"));
		const written = readFileSync(document.path, "utf8");
		asked.mockClear();
		writeKept(document, both(), reading("three", "two", [ids[0]!]), { works: new Map([[ids[1]!, "compiled"]]) });
		expect(asked).not.toHaveBeenCalled();
		expect(readFileSync(document.path, "utf8")).toBe(written);
	});

	it("is made anew of another reading, and when it is not the file that was written", () => {
		writeKept(document, pieces("tuesday"), reading("two"));
		expect(made.length).toBe(ids.length);
		made = [];
		writeFileSync(document.path, "x".repeat(readFileSync(document.path).length));
		writeKept(document, pieces("tuesday"), reading("two"));
		expect(made.length).toBe(ids.length);
		expect(readFileSync(document.path, "utf8")).toBe(whole("tuesday"));
	});
});
