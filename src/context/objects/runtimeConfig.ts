import type { ProjectConfig } from "../../core/config.ts";
import { fromPlain, HostFunction, HostObject, PyDict, type Value } from "../../jinja/jinja.ts";
import type { ProjectFacts } from "../projectFacts.ts";
import { targetObject } from "./targetObject.ts";

/** The arguments of a command that packages look for here. */
const ARGS = ["which", "full_refresh", "select", "exclude", "selector", "vars", "target", "profile", "state", "defer"];

/**
 * dbt's RuntimeConfig, which packages reach as `builtins.ref.config` (elementary asks it for its own version): names,
 * paths, versions of packages, variables. The connection is what `target` shows of it, never a secret.
 */
export class RuntimeConfig extends HostObject {
	readonly typeName = "RuntimeConfig";
	readonly #facts: ProjectFacts;
	readonly #project: ProjectConfig;

	constructor(facts: ProjectFacts, project: ProjectConfig = facts.config.project) {
		super();
		this.#facts = facts;
		this.#project = project;
	}

	override attribute(name: string): Value {
		const { config, invocation } = this.#facts;
		const { target } = config;
		const project = this.#project;
		switch (name) {
			case "project_name":
				return project.name;
			case "version":
				return project.version;
			case "project_root":
				return project.root;
			case "profile_name":
				return target.profileName;
			case "target_name":
				return target.targetName;
			case "threads":
				return target.threads;
			case "model_paths":
				return [...project.modelPaths];
			case "seed_paths":
				return [...project.seedPaths];
			case "test_paths":
				return [...project.testPaths];
			case "snapshot_paths":
				return [...project.snapshotPaths];
			case "macro_paths":
				return [...project.macroPaths];
			case "analysis_paths":
				return [...project.analysisPaths];
			case "target_path":
				return project.targetPath;
			case "packages_install_path":
				return project.packagesInstallPath;
			case "credentials":
				return new Fields(targetObject(target));
			case "vars":
				return new Variables(fromPlain(project.vars) as PyDict);
			case "cli_vars":
				return fromPlain(config.cliVars);
			case "args":
				return new Fields(
					PyDict.fromEntries(ARGS.map((arg) => [arg, fromPlain(invocation.flags[arg.toUpperCase()] ?? null)])),
				);
			case "dependencies":
				return PyDict.fromEntries(
					[config.project, ...config.packages].map((each) => [each.name, new RuntimeConfig(this.#facts, each)]),
				);
		}
		return undefined;
	}

	override toText(): string {
		return `<RuntimeConfig ${this.#project.name}>`;
	}
}

/** A dict whose entries are attributes. */
class Fields extends HostObject {
	readonly typeName = "object";
	readonly #fields: PyDict;

	constructor(fields: PyDict) {
		super();
		this.#fields = fields;
	}

	override attribute(name: string): Value {
		return this.#fields.get(name);
	}

	override toText(): string {
		return "<object>";
	}
}

/** dbt's VarProvider: `vars.to_dict()`, `vars.vars`. */
class Variables extends HostObject {
	readonly typeName = "VarProvider";
	readonly #vars: PyDict;

	constructor(vars: PyDict) {
		super();
		this.#vars = vars;
	}

	override attribute(name: string): Value {
		if (name === "vars") return this.#vars;
		return name === "to_dict" ? new HostFunction(name, () => this.#vars) : undefined;
	}

	override toText(): string {
		return "<VarProvider>";
	}
}
