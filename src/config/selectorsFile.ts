import { join } from "node:path";
import type { Config } from "../core/config.ts";
import type { Plain } from "../core/node.ts";
import { own, ShapeCheck } from "../yaml/shapeCheck.ts";
import { readConfigYaml } from "./configFiles.ts";
import type { ProjectLoading } from "./loadProject.ts";
import { renderTree } from "./renderTree.ts";

/** selectors.yml of the root project, rendered as the project file is; what its entries mean is the graph room's. */
export function readSelectorsFile(root: string, loading: ProjectLoading): Config["selectors"] | undefined {
	const { problems, scope } = loading;
	const document = readConfigYaml(join(root, "selectors.yml"), { root, problems });
	if (document === undefined || document.value === null) return undefined;
	const check = new ShapeCheck(document, problems);
	const file = check.mapping(document.value, []);
	if (file === undefined) return undefined;
	check.knownKeys(file, [], { known: ["version", "selectors"], where: document.file });
	const written = check.list(own(file, "selectors"), ["selectors"]);
	if (written === undefined) return undefined;
	const entries = renderTree(written, ["selectors"], { document, scope, problems }) as readonly Plain[];
	return Object.freeze({
		entries,
		at: (path: readonly (string | number)[]) => document.at(["selectors", ...path]),
	});
}
