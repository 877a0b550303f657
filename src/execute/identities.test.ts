import { describe, expect, it } from "vitest";
import type { Session } from "../core/adapter.ts";
import type { NodeId } from "../core/node.ts";
import type { RunJob } from "../core/ports.ts";
import type { LoadedFileRow, PublishedRow } from "../core/state.ts";
import { createIdentities } from "./identities.ts";
import { id, type ProjectSpec, project } from "./testing/project.ts";

const session = {} as Session;
const asIs = (name: string): string => name;
const AS_WRITTEN = { fold: asIs, storedDatabase: asIs, storedSchema: asIs };
const model = (name: string) => id("model", name);
const row = (name: string, runId: string): PublishedRow => ({
	node: model(name),
	runId,
	codeHash: "",
	build: null,
	publishedAt: "",
});

function setUp(spec: ProjectSpec) {
	const files: LoadedFileRow[] = [];
	const standing = new Map<NodeId, { builtBy: string; codeHash: string; inputsHash: string }>();
	const job = { manifest: project(spec) } as unknown as RunJob;
	const state = { loadedFiles: async () => [...files] };
	const identities = createIdentities(job, { state, adapter: { dialect: AS_WRITTEN } } as never, standing);
	return { identities, files, standing, hash: (name: string) => identities.inputsHash(model(name), session) };
}

describe("the hash of a node's inputs", () => {
	it("changes when an input is published by another run, and only then", async () => {
		const { identities, hash } = setUp({ models: { a: {}, b: { reads: ["a"] }, other: {} } });
		identities.publishedNow([row("a", "run1")]);
		const before = await hash("b");
		identities.publishedNow([row("other", "run2")]);
		expect(await hash("b")).toBe(before);
		identities.publishedNow([row("a", "run2")]);
		expect(await hash("b")).not.toBe(before);
	});

	it("looks through views, which hold no rows, and through ephemeral models", async () => {
		const { identities, hash } = setUp({
			models: {
				a: {},
				view: { reads: ["a"], config: { materialized: "view" } },
				eph: { reads: ["view"], config: { materialized: "ephemeral" } },
				b: { reads: ["eph"] },
			},
		});
		identities.publishedNow([row("a", "run1"), row("view", "run1")]);
		const before = await hash("b");
		identities.publishedNow([row("a", "run2")]);
		expect(await hash("b")).not.toBe(before);
	});

	it("does not look through tables: what they were built from is in them", async () => {
		const { identities, hash } = setUp({ models: { a: {}, table: { reads: ["a"] }, b: { reads: ["table"] } } });
		identities.publishedNow([row("a", "run1"), row("table", "run1")]);
		const before = await hash("b");
		identities.publishedNow([row("a", "run2")]);
		expect(await hash("b")).toBe(before);
	});

	it("tells a candidate from a published relation, and candidates of different code apart", async () => {
		const { standing, hash } = setUp({ models: { a: {}, b: { reads: ["a"] } } });
		const published = await hash("b");
		standing.set(model("a"), { builtBy: "run1", codeHash: "x", inputsHash: "" });
		const candidate = await hash("b");
		standing.set(model("a"), { builtBy: "run1", codeHash: "y", inputsHash: "" });
		expect(new Set([published, candidate, await hash("b")]).size).toBe(3);
	});

	it("changes when a landing table takes in a file, once the load has said so", async () => {
		const { identities, files, hash } = setUp({
			sources: { raw: { load: true }, foreign: {} },
			models: { b: { reads: ["raw", "foreign"] } },
		});
		const before = await hash("b");
		files.push({ path: "data/1.json", contentHash: "c", loadedAt: "t" } as LoadedFileRow);
		identities.loaded(id("source", "raw"));
		expect(await hash("b")).not.toBe(before);
	});

	it("of an incremental model holds its own published rows too: new ones were computed from them", async () => {
		const { identities, hash } = setUp({ models: { a: { config: { materialized: "incremental" } }, b: {} } });
		const before = [await hash("a"), await hash("b")];
		identities.publishedNow([row("a", "run2"), row("b", "run2")]);
		expect(await hash("a")).not.toBe(before[0]);
		expect(await hash("b")).toBe(before[1]);
	});

	it("survives a chain of 20,000 views", async () => {
		const models: Record<string, object> = { m0: {} };
		for (let i = 1; i <= 20_000; i++) models[`m${i}`] = { reads: [`m${i - 1}`], config: { materialized: "view" } };
		const { identities, hash } = setUp({ models });
		const before = await hash("m20000");
		identities.publishedNow([row("m0", "run2")]);
		expect(await hash("m20000")).not.toBe(before);
	});
});
