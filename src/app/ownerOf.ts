import type { Manifest } from "../core/manifest.ts";
import type { GraphNode, Plain } from "../core/node.ts";

/** `meta: {owner}`, the exposure's owner, or the group's. */
export function ownerOf(node: GraphNode, manifest: Pick<Manifest, "groups">): string | null {
	const config = node.config as { readonly meta?: { readonly owner?: Plain } };
	const group = "group" in node && typeof node.group === "string" ? node.group : null;
	const members = group === null ? [] : [...(manifest.groups?.values() ?? [])];
	const owners = [
		config.meta?.owner,
		node.meta.owner,
		...(node.resource_type === "exposure" ? [node.owner.name, node.owner.email] : []),
		...members.flatMap(({ name, owner }) => (name === group ? [owner.name, owner.email] : [])),
	];
	return owners.find((owner): owner is string => typeof owner === "string" && owner !== "") ?? null;
}
