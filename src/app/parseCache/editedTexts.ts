import { hash } from "node:crypto";
import type { ExecutableNode, NodeId } from "../../core/node.ts";
import type { OpenProject } from "../openProject.ts";

/** Nodes whose text is another one than what the base of a reading was read from, with digests of their texts. */
export type EditedTexts = readonly (readonly [id: NodeId, digest: string])[];

export const editedTexts = ({ known, manifest }: Pick<OpenProject, "known" | "manifest">): EditedTexts =>
	(known?.edited ?? []).map((id) => [id, digestOf(manifest.nodes.get(id))] as const);

const digestOf = (node: ExecutableNode | undefined): string =>
	hash("sha1", JSON.stringify([node?.raw_code, node?.code_line, node?.code_column]), "base64");

/** Nodes whose texts differ between two readings of one base, sorted. */
export function editedBetween(before: EditedTexts, after: EditedTexts): readonly NodeId[] {
	const [was, now] = [new Map(before), new Map(after)];
	return [...new Set([...was.keys(), ...now.keys()])].filter((id) => was.get(id) !== now.get(id)).sort();
}
