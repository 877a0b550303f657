import type { Plain } from "../core/node.ts";
import type { PackageSpec } from "../core/packageSpec.ts";

/** What a package says about itself. */
export interface PackageFacts {
	readonly name: string;
	readonly specs: readonly PackageSpec[];
}

/** Reading a package's project file and lists: the configuration's work, handed in. All of it throws TfmError. */
export interface PackageReader {
	/** A folder that has been fetched; TFM-DEPS-018 when it holds no project. */
	packageIn(dir: string, spec: PackageSpec): PackageFacts;
	/** A folder named by `local:`, relative to the root project, also where a package names it (dbt's rule). */
	localPackage(path: string, spec: PackageSpec): PackageFacts & { readonly dir: string };
	/** A list of packages as plain data, from the hub; `label` is how messages call it. */
	listOf(packages: Plain, label: string): readonly PackageSpec[];
}
