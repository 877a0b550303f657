import type { NodeState, ProjectState } from "../core/projectState.ts";

export type ReasonKind = "sql" | "config" | "macro" | "var" | "env" | "contract" | "seed" | "definition";

/** Why a node counts as changed. */
export interface ChangeReason {
	readonly kind: ReasonKind;
	/** Of config, macro, var and env: which. */
	readonly name?: string;
	/** In words: `config materialized: view → table`. */
	readonly says: string;
}

export type NodeChange =
	| { readonly id: string; readonly change: "added"; readonly now: NodeState }
	| { readonly id: string; readonly change: "removed"; readonly was: NodeState }
	| {
			readonly id: string;
			/** `meta`: it need not be built again. `moved`: its file alone has another name. */
			readonly change: "modified" | "meta" | "moved";
			readonly was: NodeState;
			readonly now: NodeState;
			/** Empty unless modified. */
			readonly reasons: readonly ChangeReason[];
	  };

/** What differs between two states of a project; sorted by id. */
export function compareStates(before: ProjectState, after: ProjectState): readonly NodeChange[] {
	const ids = [...new Set([...Object.keys(before.nodes), ...Object.keys(after.nodes)])].sort();
	return ids.flatMap((id): readonly NodeChange[] => {
		const [was, now] = [before.nodes[id], after.nodes[id]];
		if (was === undefined) return now === undefined ? [] : [{ id, change: "added", now }];
		if (now === undefined) return [{ id, change: "removed", was }];
		if (was === now) return [];
		const reasons = reasonsOf(was, now);
		if (reasons.length > 0) return [{ id, change: "modified", was, now, reasons }];
		if (was.meta !== now.meta) return [{ id, change: "meta", was, now, reasons }];
		return was.file === now.file ? [] : [{ id, change: "moved", was, now, reasons }];
	});
}

/** Empty for a node that behaves as it did. */
export function reasonsOf(was: NodeState, now: NodeState): readonly ChangeReason[] {
	if (was.code === now.code) return [];
	const names = [...new Set([...Object.keys(was.parts), ...Object.keys(now.parts)])].sort();
	const reasons = names.flatMap((part) => {
		const [before, after] = [was.parts[part], now.parts[part]];
		return before === after || isBody(part) ? [] : [reasonOf(part, before, after)];
	});
	if (!sameBody(was, now)) {
		const own = was.template !== now.template || reasons.length === 0;
		// Its own text is as it was: what it uses made the difference, and is named already.
		if (own) reasons.unshift({ kind: "sql", says: "its SQL changed" });
	}
	return reasons;
}

const BODY: ReadonlySet<string> = new Set(["sql", "text", "branches"]);
const isBody = (part: string): boolean => BODY.has(part);

/** By the tree where both have one. */
function sameBody({ parts: was }: NodeState, { parts: now }: NodeState): boolean {
	if (was.branches !== now.branches) return false;
	if (was.sql !== undefined && now.sql !== undefined) return was.sql === now.sql;
	return was.text === now.text;
}

function reasonOf(part: string, before: string | undefined, after: string | undefined): ChangeReason {
	const colon = part.indexOf(":");
	const [kind, name] = colon < 0 ? [part, ""] : [part.slice(0, colon), part.slice(colon + 1)];
	switch (kind) {
		case "config":
			return { kind, name, says: `config ${name}: ${shownJson(before)} → ${shownJson(after)}` };
		case "macro": {
			const verb = before === undefined ? "it now uses" : after === undefined ? "it no longer uses" : "it uses";
			const ending = before === undefined || after === undefined ? "" : ", which changed";
			const macro = name.replace(/^macro\./, "");
			return { kind, name: macro, says: `${verb} the macro ${macro}${ending}` };
		}
		case "var":
			return { kind, name, says: `the variable ${name} has another value` };
		case "env":
			return { kind, name, says: `the environment variable ${name} has another value` };
		case "contract":
			return { kind, says: "its contract changed" };
		case "seed":
			return { kind, says: "its rows changed" };
		default:
			return { kind: "definition", says: "its definition changed" };
	}
}

const LONGEST = 60;

function shownJson(text: string | undefined): string {
	if (text === undefined) return "(not set)";
	const value: unknown = JSON.parse(text);
	const plain = typeof value === "string" ? value : text;
	return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain;
}
