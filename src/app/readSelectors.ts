import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../core/config.ts";
import type { Plain } from "../core/node.ts";
import { type NamedSelectors, parseSelectorDefinitions } from "../graph/selectorDefinitions.ts";
import { readYaml } from "../yaml/readYaml.ts";

/** Entries of the project's selectors.yml, or undefined where there is none. Throws TFM-YAML-… and TFM-SELECT-011. */
export function readSelectors(config: Config): NamedSelectors | undefined {
	const file = ["selectors.yml", "selectors.yaml"].find((name) => existsSync(join(config.project.root, name)));
	if (file === undefined) return undefined;
	const document = readYaml(readFileSync(join(config.project.root, file), "utf8"), file);
	const value = document.value as { readonly selectors?: Plain } | null;
	const entries = Array.isArray(value?.selectors) ? value.selectors : [];
	return parseSelectorDefinitions(entries, {
		indirect: "eager",
		at: (path) => ({ at: document.place(["selectors", ...path]) }),
	});
}
