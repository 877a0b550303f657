import type { Manifest } from "../../core/manifest.ts";
import { ReplayCursor } from "../../jinja/jinja.ts";
import { type ContextScope, createReferences, createRunScope, graphData, SharedGraph } from "../context.ts";
import { testFacts } from "./testProject.ts";

const EMPTY: Manifest = {
	projectName: "shop",
	nodes: new Map(),
	sources: new Map(),
	exposures: new Map(),
	metrics: new Map(),
	semanticModels: new Map(),
	savedQueries: new Map(),
	unitTests: new Map(),
	macros: new Map(),
	docs: new Map(),
	disabled: new Map(),
	parents: new Map(),
	children: new Map(),
	warnings: [],
};

/** The running scope of an operation in a project without nodes. */
export const testCompilerScope = (): ContextScope =>
	createRunScope({
		facts: testFacts(),
		manifest: EMPTY,
		graph: new SharedGraph(graphData(EMPTY, new Date(0))),
		references: createReferences(EMPTY, { rootPackage: "shop", ownPackageFirst: false }),
		node: null,
		label: "a test",
		binding: { relationOf: () => undefined },
		cursor: new ReplayCursor({ entries: [], append: () => {} }),
	});
