/**
 * The configuration that project files give to a node: level by level along its fqn, from the top of the tree to the
 * deepest folder that the tree names. The result depends on that deepest level alone, so it is computed once for each
 * and shared by all nodes below: forty thousand tests have a handful of different ones.
 */
import type { Config, ConfigTree, ProjectConfig } from "../core/config.ts";
import type { Plain } from "../core/node.ts";
import type { PlainRecord } from "../core/parsed.ts";
import { CONFIG_DEFAULTS, type ConfiguredKind, isRecord, MERGE_RULES } from "./configDefaults.ts";
import { mergeConfig } from "./mergeConfig.ts";

const TREES: { readonly [K in ConfiguredKind]: keyof ProjectConfig["trees"] } = {
	model: "models",
	analysis: "models",
	operation: "models",
	seed: "seeds",
	snapshot: "snapshots",
	function: "functions",
	test: "data_tests",
	source: "sources",
	exposure: "exposures",
	metric: "metrics",
	semantic_model: "semantic_models",
	saved_query: "saved_queries",
	unit_test: "unit_tests",
	// dbt has no `groups:` in the project file, and looks where it looks for models.
	group: "models",
};

/** dbt looks up what was written for functions among the models, and two kinds with a dash in their key not at all. */
const WRITTEN_TREES: { readonly [kind: string]: keyof ProjectConfig["trees"] | null } = {
	function: "models",
	semantic_model: null,
	saved_query: null,
};

interface Level {
	readonly own: PlainRecord;
	readonly parent: Level | null;
	/** By folder. Not by the mapping itself: a YAML anchor can put one mapping in two places. */
	readonly children: Map<string, Level>;
	/** Merged from the top, per starting point. */
	readonly merged: Map<PlainRecord, PlainRecord>;
}

/** Keys with `+` are config; without it, mappings are folders and everything else is config. */
function ownConfig(tree: ConfigTree): PlainRecord {
	const own: { [key: string]: Plain } = {};
	for (const key of Object.keys(tree)) {
		const value = tree[key] ?? null;
		if (key.startsWith("+")) own[key.slice(1).trim()] = value;
		else if (!isRecord(value)) own[key] = value;
	}
	return own;
}

const newLevel = (tree: ConfigTree, parent: Level | null): Level => ({
	own: ownConfig(tree),
	parent,
	children: new Map(),
	merged: new Map(),
});

export class ProjectConfigs {
	readonly #config: Config;
	/** Configurations brought into their last form, so that nodes of one level share one object. */
	readonly finished = new WeakMap<PlainRecord, PlainRecord>();
	readonly #alike = new WeakMap<PlainRecord, Map<string, PlainRecord>>();
	readonly #roots = new Map<ConfigTree, Level>();

	constructor(config: Config) {
		this.#config = config;
	}

	/** Configurations laid over this one, by what was laid over it. */
	alike(base: PlainRecord): Map<string, PlainRecord> {
		let known = this.#alike.get(base);
		if (known === undefined) this.#alike.set(base, (known = new Map()));
		return known;
	}

	/** What a package's `exposures:` says at the top without a plus sign: every exposure has these tags and this meta (dbt). */
	ofAllExposures(packageName: string): { readonly tags: Plain; readonly meta: PlainRecord } {
		const { tags = null, meta } = this.#project(packageName)?.trees.exposures ?? {};
		return { tags, meta: isRecord(meta) ? meta : {} };
	}

	/** Defaults and the tree of the node's own package: what YAML and config() are laid over. */
	base(kind: ConfiguredKind, packageName: string, fqn: readonly string[]): PlainRecord {
		const defaults = CONFIG_DEFAULTS[kind];
		const project = this.#project(packageName);
		if (project === undefined) return defaults;
		return this.#merge(this.#deepest(project.trees[this.#treeOf(kind)], fqn), kind, defaults);
	}

	/** Analyses are configured as models are, unless dbt's flag require_corrected_analysis_fqns gives them a tree. */
	#treeOf(kind: ConfiguredKind): keyof ProjectConfig["trees"] {
		const corrected = kind === "analysis" && this.#config.project.flags.require_corrected_analysis_fqns === true;
		return corrected ? "analyses" : TREES[kind];
	}

	/** A dependency's node gets the root project's tree last of all; null for nodes of the root project. */
	override(kind: ConfiguredKind, packageName: string, fqn: readonly string[]): readonly PlainRecord[] {
		if (packageName === this.#config.project.name) return [];
		return this.#levels(this.#config.project.trees[this.#treeOf(kind)], fqn);
	}

	/** The levels of a tree, top first. */
	#levels(tree: ConfigTree, fqn: readonly string[]): readonly PlainRecord[] {
		const found: PlainRecord[] = [];
		for (let level: Level | null = this.#deepest(tree, fqn); level !== null; level = level.parent)
			if (Object.keys(level.own).length > 0) found.push(level.own);
		return found.reverse();
	}

	/**
	 * As written, templates and all, for `unrendered_config`: the levels of the node's own package and, for another
	 * package's node, those of the root project, which come last of all.
	 */
	writtenLevels(
		kind: ConfiguredKind,
		packageName: string,
		fqn: readonly string[],
	): { readonly own: readonly PlainRecord[]; readonly root: readonly PlainRecord[] } {
		const root = this.#config.project;
		const project = this.#project(packageName);
		const tree = WRITTEN_TREES[kind] === undefined ? this.#treeOf(kind) : WRITTEN_TREES[kind];
		const levels = ({ trees, writtenTrees }: ProjectConfig) =>
			tree === null ? [] : this.#levels((writtenTrees ?? trees)[tree], fqn);
		return {
			own: project === undefined ? [] : levels(project),
			root: packageName === root.name ? [] : levels(root),
		};
	}

	#project(name: string): ProjectConfig | undefined {
		const { project, packages } = this.#config;
		return project.name === name ? project : packages.find((p) => p.name === name);
	}

	#deepest(root: ConfigTree, fqn: readonly string[]): Level {
		let tree = root;
		let level = this.#roots.get(root);
		if (level === undefined) this.#roots.set(root, (level = newLevel(root, null)));
		for (const step of fqn) {
			const next = Object.hasOwn(tree, step) ? tree[step] : undefined;
			if (!isRecord(next)) break;
			tree = next;
			const parent: Level = level;
			level = parent.children.get(step) ?? newLevel(tree, parent);
			parent.children.set(step, level);
		}
		return level;
	}

	#merge(level: Level, kind: ConfiguredKind, defaults: PlainRecord): PlainRecord {
		const known = level.merged.get(defaults);
		if (known !== undefined) return known;
		const above = level.parent === null ? defaults : this.#merge(level.parent, kind, defaults);
		const merged =
			Object.keys(level.own).length === 0 ? above : Object.freeze(mergeConfig(above, level.own, MERGE_RULES[kind]));
		level.merged.set(defaults, merged);
		return merged;
	}
}
