import { createHash } from "node:crypto";
import { type AlertItem, type AlertMessage, type AlertSeverity, SEVERITIES } from "../core/alerts.ts";

/** Chat messages and cards are cut off somewhere above this; what is left out is counted. */
const ITEMS_SHOWN = 10;
const LONGEST_WHAT = 300;

/** The run that a message is about. */
export interface RunWords {
	readonly project: string;
	readonly target: string;
	readonly runId: string;
	readonly command: string;
	readonly at: string;
	readonly url: string | null;
	readonly held: number;
	readonly blocked: number;
}

export interface MessagePart {
	readonly kind: AlertMessage["kind"];
	readonly route: string;
	readonly items: readonly AlertItem[];
	/** Incidents of the route that are open after this message. */
	readonly open: number;
}

export function alertMessage(run: RunWords, { kind, route, items, open }: MessagePart): AlertMessage {
	const severity = worst(items);
	const { held, blocked } = kind === "alert" ? run : { held: 0, blocked: 0 };
	return Object.freeze({
		v: "tfm.alert/1",
		id: createHash("sha256")
			.update(JSON.stringify([run.project, run.target, run.runId, route, kind, items.map((item) => item.key)]))
			.digest("hex")
			.slice(0, 32),
		kind,
		severity: kind === "resolved" ? "info" : severity,
		title: titleOf(run, { kind, items, open, route }, { held, blocked }),
		project: run.project,
		target: run.target,
		run_id: run.runId,
		command: run.command,
		at: run.at,
		route,
		items: items.slice(0, ITEMS_SHOWN).map((item) => ({ ...item, what: cut(item.what, LONGEST_WHAT) })),
		more: Math.max(0, items.length - ITEMS_SHOWN),
		held,
		blocked,
		open,
		next: kind === "alert" && severity === "error" && items.some((item) => item.node_id !== null) ? "tfm retry" : null,
		url: run.url,
	});
}

const worst = (items: readonly AlertItem[]): AlertSeverity =>
	SEVERITIES.find((severity) => items.some((item) => item.severity === severity)) ?? "info";

function titleOf(
	run: RunWords,
	{ kind, items, open }: MessagePart,
	{ held, blocked }: Pick<RunWords, "held" | "blocked">,
): string {
	const where = `${run.project} (${run.target})`;
	const count = (severity: AlertSeverity): number => items.filter((item) => item.severity === severity).length;
	switch (kind) {
		case "test":
			return `${where}: a test message`;
		case "info":
			return `${where}: ${items[0]?.label ?? ""} ${items[0]?.what ?? ""}`.trim();
		case "resolved":
			return `${where}: ${open === 0 ? "all well again" : `${items.length} resolved, ${open} still open`}`;
		case "alert": {
			const parts = [
				count("error") === 0 ? "" : `${count("error")} failed`,
				count("warn") === 0 ? "" : `${count("warn")} warned`,
				held === 0 ? "" : `${held} held`,
				blocked === 0 ? "" : `${blocked} blocked`,
			];
			return `${where}: ${parts.filter((part) => part !== "").join(", ")}`;
		}
	}
}

/** Whole characters; the last one is an ellipsis where something is missing. */
export function cut(text: string, length: number): string {
	const letters = [...text];
	return letters.length <= length ? text : `${letters.slice(0, length - 1).join("")}…`;
}

/** `unique(staging.orders.id): 3 duplicate keys, holds back 1, blocks 12`, without markup. */
export const itemText = ({ label, what, holds = 0, blocks }: AlertItem): string =>
	[
		`${label}: ${what}`,
		...(holds === 0 ? [] : [`holds back ${holds}`]),
		...(blocks === 0 ? [] : [`blocks ${blocks}`]),
	].join(", ");

/** Where to look and whom to ask, in a few words; empty where nothing is known. */
export const itemDetails = ({ at, owner, code }: AlertItem): string =>
	[at, owner === null ? null : `owner ${owner}`, code].filter((part) => part !== null).join(" · ");

/** The whole message as plain text: mails, and `tfm alerts test`. */
export function messageText(message: AlertMessage): string {
	const lines = [message.title, ""];
	for (const item of message.items) {
		lines.push(`${SIGNS[message.kind === "resolved" ? "info" : item.severity]} ${itemText(item)}`);
		const details = itemDetails(item);
		if (details !== "") lines.push(`  ${details}`);
	}
	if (message.more > 0) lines.push(`  and ${message.more} more`);
	lines.push("", footer(message));
	if (message.next !== null) lines.push(`Next: fix, then ${message.next}`);
	if (message.url !== null) lines.push(message.url);
	return `${lines.join("\n")}\n`;
}

export const SIGNS: Readonly<Record<AlertSeverity, string>> = { error: "✗", warn: "!", info: "✓" };

export const footer = ({ command, run_id, at, open, kind }: AlertMessage): string =>
	[`tfm ${command}`, `run ${run_id}`, at, kind === "alert" && open > 0 ? `${open} open` : ""]
		.filter((part) => part !== "")
		.join(" · ");
