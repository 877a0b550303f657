/**
 * Every macro of the project, its packages and tfm itself, under the names that templates use. Built once per command
 * and shared by all nodes: a macro is compiled at its first call, and bound anew to each render's names.
 */

import type { ProjectConfig } from "../core/config.ts";
import type { MacroNode } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import { compileMacro, type Macro, type MacroBlock, type TemplateSource } from "../jinja/jinja.ts";

/** One macro as the reading of files found it. */
export interface MacroDefinition {
	readonly node: MacroNode;
	readonly source: TemplateSource;
	readonly block: MacroBlock;
}

export interface MacroRegistryInput {
	readonly rootPackage: string;
	/** All packages that exist, macros or not; the root among them or not. */
	readonly packages: readonly string[];
	/** tfm's own packages, the most specific first: `["dbt_postgres", "dbt"]`. */
	readonly internalPackages: readonly string[];
	/** Prefixes of dispatch before `default`, the adapter's own first: `["postgres"]`. */
	readonly adapterTypes: readonly string[];
	readonly dispatch: ProjectConfig["dispatch"];
	readonly macros: Iterable<MacroDefinition>;
}

/** A macro that can be called: `macro` compiles on first use. */
export class MacroEntry {
	readonly node: MacroNode;
	readonly #definition: MacroDefinition;
	#macro: Macro | null = null;

	constructor(definition: MacroDefinition) {
		this.node = definition.node;
		this.#definition = definition;
	}

	get block(): MacroBlock {
		return this.#definition.block;
	}

	get macro(): Macro {
		this.#macro ??= compileMacro(this.#definition.source, this.#definition.block);
		return this.#macro;
	}
}

type Names = Map<string, MacroEntry>;

/** What a dispatch tried, in order, and what it found. */
export interface DispatchResult {
	readonly entry: MacroEntry | undefined;
	readonly searched: readonly string[];
}

/** dbt's name for the packages that ship with the tool, taken together. */
const GLOBAL = "dbt";

export class MacroRegistry {
	readonly rootPackage: string;
	readonly #packages = new Map<string, Names>();
	readonly #internal = new Map<string, Names>();
	/** All internal packages merged, the most specific winning. */
	readonly #global: Names = new Map();
	readonly #prefixes: readonly string[];
	readonly #searchOrders = new Map<string, readonly string[]>();
	readonly #byId = new Map<string, MacroEntry>();

	constructor(input: MacroRegistryInput) {
		this.rootPackage = input.rootPackage;
		this.#prefixes = [...input.adapterTypes, "default"];
		for (const { macro_namespace, search_order } of input.dispatch)
			this.#searchOrders.set(macro_namespace, search_order);
		for (const name of [input.rootPackage, ...input.packages]) this.#packages.set(name, new Map());
		for (const name of input.internalPackages) this.#internal.set(name, new Map());
		for (const definition of input.macros) this.#add(new MacroEntry(definition));
		for (const name of [...input.internalPackages].reverse())
			for (const [macro, entry] of this.#internal.get(name) ?? []) this.#global.set(macro, entry);
	}

	#add(entry: MacroEntry): void {
		const { package_name, name, unique_id } = entry.node;
		const home = this.#internal.get(package_name) ?? this.#packages.get(package_name) ?? new Map();
		if (!this.#internal.has(package_name)) this.#packages.set(package_name, home);
		home.set(name, entry);
		this.#byId.set(unique_id, entry);
	}

	/** By unique id: `macro.pkg.name`. */
	byId(id: string): MacroEntry | undefined {
		return this.#byId.get(id);
	}

	/**
	 * What a bare name means to a node of `fromPackage`: the node's own package, then the root project, then tfm's own.
	 * As in dbt the node's package counts, not that of the macro in which the name stands.
	 */
	find(name: string, fromPackage: string): MacroEntry | undefined {
		return (
			this.#packages.get(fromPackage)?.get(name) ??
			this.#packages.get(this.rootPackage)?.get(name) ??
			(this.#internal.get(fromPackage)?.get(name) || this.#global.get(name))
		);
	}

	/** `package.macro`; the package `dbt` means all of tfm's own. */
	findIn(packageName: string, name: string): MacroEntry | undefined {
		if (packageName === GLOBAL) return this.#global.get(name);
		return (this.#packages.get(packageName) ?? this.#internal.get(packageName))?.get(name);
	}

	/**
	 * What dbt takes a call written inside a macro of `packageName` for when it lists dependencies: that package's own,
	 * then the root project's, then any package's (the last one wins), then tfm's own.
	 */
	findWritten(packageName: string, name: string): MacroEntry | undefined {
		const own = (this.#internal.get(packageName) ?? this.#packages.get(packageName))?.get(name);
		if (own !== undefined) return own;
		const root = this.#packages.get(this.rootPackage)?.get(name);
		if (root !== undefined) return root;
		let last: MacroEntry | undefined;
		for (const names of this.#packages.values()) last = names.get(name) ?? last;
		return last ?? this.#global.get(name);
	}

	/** The macro in whichever package has it: `run-operation` reaches macros of packages by their bare names. */
	findAnywhere(name: string): MacroEntry | undefined {
		for (const names of this.#packages.values()) {
			const entry = names.get(name);
			if (entry !== undefined) return entry;
		}
		return undefined;
	}

	/** Is this the name of a package, so that `name.macro` is a macro? */
	hasPackage(name: string): boolean {
		return this.#packages.has(name) || this.#internal.has(name) || name === GLOBAL;
	}

	/** Names of a package's macros, as written. */
	namesIn(packageName: string): readonly string[] {
		if (packageName === GLOBAL) return [...this.#global.keys()];
		return [...(this.#packages.get(packageName) ?? this.#internal.get(packageName) ?? new Map<string, never>()).keys()];
	}

	/** Bare names that a node of this package can call. */
	namesFor(fromPackage: string): ReadonlySet<string> {
		const own = this.#packages.get(fromPackage)?.keys() ?? [];
		const root = this.#packages.get(this.rootPackage)?.keys() ?? [];
		return new Set([...own, ...root, ...this.#global.keys()]);
	}

	/**
	 * adapter.dispatch: package by package of the search order, and in each the adapter's variant before the default one.
	 * Without a namespace, or with one that is no package, the bare names are searched.
	 */
	dispatch(name: string, namespace: string | null, fromPackage: string): DispatchResult {
		const searched: string[] = [];
		for (const packageName of this.#searchPackages(namespace)) {
			for (const prefix of this.#prefixes) {
				const candidate = `${prefix}__${name}`;
				searched.push(packageName === null ? candidate : `${packageName}.${candidate}`);
				const entry = packageName === null ? this.find(candidate, fromPackage) : this.findIn(packageName, candidate);
				if (entry !== undefined) return { entry, searched };
			}
		}
		return { entry: undefined, searched };
	}

	#searchPackages(namespace: string | null): readonly (string | null)[] {
		if (namespace === null) return [null];
		const configured = this.#searchOrders.get(namespace);
		if (configured !== undefined && configured.length > 0) return configured;
		return this.hasPackage(namespace) ? [this.rootPackage, namespace] : [null];
	}

	/**
	 * The macro of a materialization, as dbt looks for it: the adapter's variant before the default one, and among equals
	 * the root project before packages before tfm's own. `explicitOverrides`: a package may bring new materializations,
	 * but replaces one of tfm's own only where the root project says so by a materialization of its own.
	 */
	materialization(name: string, explicitOverrides: boolean): MacroEntry | undefined {
		const variants = this.#prefixes.map((suffix) => `materialization_${name}_${suffix}`);
		const isOurs = variants.some((variant) => this.#global.has(variant));
		for (const variant of variants) {
			const root = this.#packages.get(this.rootPackage)?.get(variant);
			if (root !== undefined) return root;
			const imported = isOurs && explicitOverrides ? undefined : this.findAnywhere(variant);
			if (imported !== undefined) return imported;
			const own = this.#global.get(variant);
			if (own !== undefined) return own;
		}
		return undefined;
	}

	isInternal(packageName: string): boolean {
		return this.#internal.has(packageName);
	}

	/** True when the root project or a package (not tfm itself) defines the macro where a call by name would find it. */
	isOverridden(name: string): boolean {
		for (const names of this.#packages.values()) {
			if (names.has(name) || this.#prefixes.some((prefix) => names.has(`${prefix}__${name}`))) return true;
		}
		return false;
	}

	/**
	 * Whether a built-in step that calls this macro for a node of `fromPackage` ends in a macro of the project's or of a
	 * package's: by its bare name, which the node's own package and the root project give, or by the dispatch of dbt's own
	 * namespace. Macros that another package keeps under that name are for those who call them.
	 */
	isReplacedFor(name: string, fromPackage: string): boolean {
		const reached = [this.find(name, fromPackage), this.dispatch(name, GLOBAL, fromPackage).entry];
		return reached.some((entry) => entry !== undefined && !this.isInternal(entry.node.package_name));
	}

	/** The nearest name that exists, for "did you mean"; undefined when nothing is near. */
	suggest(name: string, fromPackage: string): string | undefined {
		return suggestName(name, this.namesFor(fromPackage));
	}

	get entries(): Iterable<MacroEntry> {
		return this.#byId.values();
	}
}

export const createMacroRegistry = (input: MacroRegistryInput): MacroRegistry => new MacroRegistry(input);
