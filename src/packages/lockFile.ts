import { createHash } from "node:crypto";
import yaml from "js-yaml";
import type { Plain } from "../core/node.ts";
import type { PackageSpec } from "../core/packageSpec.ts";
import { SAFE_LOADER_SCHEMA } from "../yaml/safeLoaderSchema.ts";
import type { PinnedPackage } from "./resolvePackages.ts";

export const LOCK_FILE = "package-lock.yml";

/** dbt's hash of a list of packages: SHA-1 of its entries as sorted JSON, so that either tool accepts the other's lock. */
export const listHash = (specs: readonly PackageSpec[]): string =>
	createHash("sha1")
		.update(
			specs
				.map((spec) => spec.fingerprint)
				.sort()
				.join("\n"),
		)
		.digest("hex");

/** The text of package-lock.yml, in dbt's form: keys sorted, entries in the order in which they were met. */
export const lockText = (pinned: readonly PinnedPackage[], hash: string): string =>
	dumpYaml({ packages: pinned.map(({ locked }) => locked), sha1_hash: hash }, true);

export const dumpYaml = (value: Plain, sortKeys: boolean): string =>
	yaml.dump(value, { schema: SAFE_LOADER_SCHEMA, sortKeys, lineWidth: -1, noRefs: true });
