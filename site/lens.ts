import type { DiffEntry, NodeState } from "../src/docs/siteData.ts";
import { criticalPath } from "./criticalPath.ts";
import { index, loadDiff, loadRuns } from "./data.ts";
import { WORDS } from "./parts.tsx";
import type { Project } from "./project.ts";

/** By what nodes are told apart. */
export type Lens = "status" | "time" | "fresh" | "coverage" | "owner" | "changed" | "path";

export const LENSES: readonly { readonly id: Lens; readonly name: string }[] = [
	{ id: "status", name: "Status" },
	{ id: "time", name: "Duration" },
	{ id: "fresh", name: "Freshness" },
	{ id: "coverage", name: "Coverage" },
	{ id: "owner", name: "Owner" },
	...(index.diff === null ? [] : [{ id: "changed", name: "Changed" } as const]),
	...(index.runs === null ? [] : [{ id: "path", name: "Critical path" } as const]),
];

export interface Shade {
	/** Name of a colour of the style sheet. */
	readonly colour: string;
	readonly label: string;
}

const DAY = 86_400_000;
const STATUS_COLOURS: Readonly<Record<NodeState, string>> = {
	unknown: "--line-strong",
	ok: "--ok-soft",
	warn: "--warn",
	fail: "--fail",
	skipped: "--faint",
	built: "--heat-1",
	running: "--accent",
	done: "--ok",
};
/** What became of a node: as its own change breaks things, or what kind of change it is. */
export const changeOf = ({ category, change }: DiffEntry): string =>
	category === null || category === "none" ? change : category;

/** What a lens says beside the graph; null: nothing. */
export async function loadTold(project: Project, lens: Lens): Promise<ReadonlyMap<number, string> | null> {
	if (lens === "changed") {
		const entries = (await loadDiff())?.nodes ?? [];
		return new Map(entries.map((entry) => [project.find(entry.id) ?? -1, changeOf(entry)]));
	}
	if (lens !== "path") return null;
	const run = (await loadRuns())?.runs.find(({ node }) => node.length > 0);
	return new Map(run && criticalPath(project, run).map((i) => [run.node[i]!, "decided how long the last run took"]));
}

/** Of a change, for its reviewer. */
export const TOLD: Readonly<Record<string, string>> = {
	breaking: "--fail",
	risky: "--warn",
	added: "--ok",
	reached: "--heat-1",
};
const HEAT = ["--heat-0", "--heat-1", "--heat-2", "--heat-3", "--heat-4"];

export const readLens = (text: string | null): Lens =>
	LENSES.some(({ id }) => id === text) ? (text as Lens) : "status";

/** Colour and words of a node under a lens. */
export function shadeOf(project: Project, lens: Lens): (node: number) => Shade {
	const { nodes } = project;
	if (lens === "time") {
		const sorted = nodes.ms.filter((ms) => ms > 0).sort((a, b) => a - b);
		const limits = [0.5, 0.8, 0.95, 0.99].map(
			(share) => sorted[Math.floor(share * sorted.length)] ?? Number.POSITIVE_INFINITY,
		);
		return (node) => {
			const ms = nodes.ms[node]!;
			if (ms < 0) return { colour: "--line-strong", label: "not timed" };
			const level = limits.filter((limit) => ms > limit).length;
			return {
				colour: HEAT[level]!,
				label: ["fastest half", "slower half", "slowest 20%", "slowest 5%", "slowest 1%"][level]!,
			};
		};
	}
	if (lens === "fresh") {
		const newest = Math.max(...nodes.fresh, 0);
		return (node) => {
			const at = nodes.fresh[node]!;
			if (nodes.freshness[node] === 3) return { colour: "--fail", label: "promise broken" };
			if (nodes.freshness[node] === 2) return { colour: "--warn", label: "late" };
			if (at === 0) return { colour: "--line-strong", label: "not known" };
			const days = (newest - at) / DAY;
			return days < 1
				? { colour: "--heat-0", label: "within a day of the newest" }
				: days < 7
					? { colour: "--heat-2", label: "within a week" }
					: { colour: "--heat-4", label: "older" };
		};
	}
	if (lens === "coverage")
		return (node) => {
			const described =
				nodes.columns[node] === 0 ? nodes.documented[node]! : nodes.described[node]! / nodes.columns[node]!;
			const points = (nodes.tests[node]! > 0 ? 1 : 0) + (described >= 0.5 ? 1 : 0);
			return points === 2
				? { colour: "--ok", label: "tested and described" }
				: points === 1
					? { colour: "--warn", label: "tested or described" }
					: { colour: "--fail", label: "neither" };
		};
	if (lens === "owner")
		return (node) => {
			const owner = project.owners[nodes.owner[node]!] ?? "";
			if (owner === "") return { colour: "--line-strong", label: "no owner" };
			return { colour: `--hue-${nodes.owner[node]! % 8}`, label: owner };
		};
	if (lens === "changed" || lens === "path")
		return (node) => {
			const label = project.told?.get(node);
			return label === undefined
				? { colour: "--line-strong", label: lens === "path" ? "not on it" : "as before" }
				: { colour: TOLD[label] ?? "--accent", label };
		};
	return (node) => {
		const status = project.status(node);
		return {
			colour: STATUS_COLOURS[status],
			label: WORDS[status],
		};
	};
}

/** Legend of what is there: label → colour and how many. */
export function legendOf(project: Project, lens: Lens): readonly (Shade & { readonly n: number })[] {
	const shade = shadeOf(project, lens);
	const found = new Map<string, Shade & { n: number }>();
	for (let node = 0; node < project.count; node++) {
		const { colour, label } = shade(node);
		const entry = found.get(label) ?? { colour, label, n: 0 };
		entry.n++;
		found.set(label, entry);
	}
	return [...found.values()].sort((a, b) => b.n - a.n).slice(0, 9);
}

export function colours(): (name: string) => string {
	const style = getComputedStyle(document.documentElement);
	const known = new Map<string, string>();
	return (name) => {
		let value = known.get(name);
		if (value === undefined) {
			value = style.getPropertyValue(name).trim();
			known.set(name, value);
		}
		return value;
	};
}
