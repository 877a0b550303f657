import { type Project, reach } from "./project.ts";

/** Nodes that the command line's selector names: `+orders+2`, `layer:gold`, `tag:x,owner:y`. Null: it cannot be read. */
export function select(project: Project, text: string): ReadonlySet<number> | null {
	const found = new Set<number>();
	for (const union of text.trim().split(/\s+/).filter(Boolean)) {
		let part: Set<number> | null = null;
		for (const criterion of union.split(",").filter(Boolean)) {
			const nodes = criterionOf(project, criterion);
			if (nodes === null) return null;
			part = part === null ? nodes : part.intersection(nodes);
		}
		for (const node of part ?? []) found.add(node);
	}
	return found;
}

/** Of a selector that finds nothing: the parts that nothing fits. Empty: what fits one part fits no other. */
export const unmatched = (project: Project, text: string): readonly string[] =>
	text.split(/[\s,]+/).filter((part) => part !== "" && criterionOf(project, part)?.size === 0);

const CRITERION = /^(@)?(?:(\d*)(\+))?(?:([\w.]+):)?(.+?)(?:(\+)(\d*))?$/;

function criterionOf(project: Project, text: string): Set<number> | null {
	const match = CRITERION.exec(text);
	if (match === null) return null;
	// No name of a node: a method that is misspelt, or a bracket of another tool's language.
	if (match[4] === undefined && /[():]/.test(match[5]!)) return null;
	const [, at, up, plusUp, method = "name", value = "", plusDown, down] = match;
	const test = methodOf(project, method, value);
	if (test === null) return null;
	const base = new Set<number>();
	for (let node = 0; node < project.count; node++) if (test(node)) base.add(node);
	const found = new Set(base);
	const add = (nodes: Iterable<number>): void => {
		for (const node of nodes) found.add(node);
	};
	if (at === "@") {
		add(reach(base, project.children));
		add(reach(found, project.parents));
	}
	if (plusUp === "+") add(reach(base, project.parents, up === "" ? undefined : Number(up)));
	if (plusDown === "+") add(reach(base, project.children, down === "" ? undefined : Number(down)));
	return found;
}

function methodOf(project: Project, method: string, value: string): ((node: number) => boolean) | null {
	const { nodes } = project;
	const fits = glob(value);
	switch (method) {
		case "name":
		case "fqn":
			return (node) =>
				fits(nodes.name[node]!) ||
				fits(nodes.name[node]!.split(".").at(-1)!) ||
				`${project.groups[nodes.group[node]!]}/`.startsWith(`${value.replaceAll(".", "/")}/`);
		case "layer":
			return (node) => fits(project.laneName(node));
		case "tag":
			return (node) => nodes.tags[node]!.some((tag) => fits(project.tags[tag]!));
		case "owner":
		case "group":
			return (node) => fits(project.owners[nodes.owner[node]!]!);
		case "resource_type":
		case "type":
			return (node) => project.type(node) === value;
		case "status":
		case "result":
			return (node) => project.status(node) === (STATUS_WORDS[value] ?? value);
		case "source":
		case "exposure":
			return (node) =>
				project.type(node) === method && (fits(nodes.name[node]!) || nodes.name[node]!.startsWith(`${value}.`));
		case "package":
			return (node) => fits(project.packages[nodes.package[node]!]!);
		case "config.materialized":
			return (node) => project.materializations[nodes.materialized[node]!] === value;
		case "path":
			return (node) =>
				`${project.groups[nodes.group[node]!]}/`.includes(`${value.replace(/^models\//, "").replace(/\/$/, "")}/`);
		default:
			return null;
	}
}

const STATUS_WORDS: Readonly<Record<string, string>> = { success: "ok", pass: "ok", error: "fail", failing: "fail" };

function glob(pattern: string): (text: string) => boolean {
	if (!/[*?]/.test(pattern)) return (text) => text === pattern;
	const source = pattern
		.replace(/[.+^${}()|[\]\\]/g, "\\$&")
		.replaceAll("*", ".*")
		.replaceAll("?", ".");
	const exact = new RegExp(`^${source}$`);
	return (text) => exact.test(text);
}
