import { findNode } from "../core/manifest.ts";
import { nodeId } from "../core/node.ts";
import type { OpenProject } from "./openProject.ts";

/** A node's name as people write it: `orders`, `raw.orders`. */
export const displayName =
	({ manifest }: Pick<OpenProject, "manifest">) =>
	(id: string): string => {
		const node = findNode(manifest, nodeId(id));
		if (node === undefined) return id;
		return node.resource_type === "source" ? `${node.source_name}.${node.name}` : node.name;
	};
