import type { RunEvent } from "../core/events.ts";
import { count, seconds } from "./figures.ts";
import type { Look, Tone } from "./look.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import { KIND_WIDTH, labelWidth, TIME_WIDTH } from "./runLines.ts";
import { padEnd, padStart } from "./textWidth.ts";

type Named<E extends RunEvent["event"]> = Extract<RunEvent, { event: E }>;

/** ` ✓ landing.orders      load          0.2s   3 new files, 120 rows` */
export function loadLine(event: Named<"load.finished">, look: Look, facts: NodeFacts | undefined): string {
	const { signs } = look;
	const { again = 0 } = event;
	const fresh = event.files - again;
	const rejected = event.rejects > 0;
	const parts = [
		...(fresh > 0 || again === 0 ? [count(fresh, "new file")] : []),
		...(again === 0 ? [] : [`${count(again, "file")} again`]),
		...(event.skipped === 0 ? [] : [`${event.skipped} known`]),
		count(event.rows, "row"),
		...(rejected ? [count(event.rejects, "reject")] : []),
		...((event.purged ?? 0) > 0 ? [`${event.purged} purged`] : []),
	].join(", ");
	const sign = rejected ? look.paint("warn", signs.warned) : look.paint("good", signs.ok);
	const closer = rejected ? `   tfm show --rejects ${facts?.name ?? event.node_id}` : "";
	return ` ${sign} ${columns(facts?.label ?? event.node_id, "load", event.duration_ms, look)}   ${parts}${closer}`;
}

/** `   ✗ batch 2 of 4: orders 2024-01-02   0.1s   ERROR` */
export function batchLine(event: Named<"batch.finished">, look: Look): string {
	const { signs } = look;
	const [tone, sign]: readonly [Tone, string] =
		event.status === "error"
			? ["bad", signs.failed]
			: event.status === "skipped"
				? ["dim", signs.skipped]
				: ["good", signs.ok];
	const label = `batch ${event.position} of ${event.total}: ${event.name} ${event.batch}`;
	return `   ${look.paint(tone, sign)} ${columns(label, "", event.duration_ms, look)}   ${event.message}`;
}

export function hookLine(event: Named<"hook.finished">, look: Look): string {
	const { signs } = look;
	const sign = event.status === "error" ? look.paint("bad", signs.failed) : look.paint("good", signs.ok);
	return ` ${sign} ${columns(event.label, "hook", event.duration_ms, look)}`;
}

const columns = (label: string, kind: string, ms: number, look: Look): string =>
	`${padEnd(label, labelWidth(look))} ${padEnd(kind, KIND_WIDTH)}${padStart(seconds(ms / 1000), TIME_WIDTH)}`;

/** `   published staging: 9 new, 3 swap in 0.4s, waited 0 ms, locked 20 ms` */
export function publishLine(event: Named<"publish.finished">): string {
	const ways = new Map<string, number>();
	for (const { way } of event.ways) ways.set(way, (ways.get(way) ?? 0) + 1);
	const detail = [...ways].sort().map(([way, n]) => `${n} ${way}`);
	const time = `in ${seconds(event.duration_ms / 1000)}, waited ${event.waited_ms} ms, locked ${event.locked_ms} ms`;
	return `   published ${event.unit}: ${detail.join(", ")} ${time}`;
}

/** ` … waiting for run 01JD (tfm run on build-7, process 4711, since 06:58:01): it writes staging.orders and 3 more` */
export function waitingLine(event: Named<"run.waiting">, look: Look): string {
	const { holder, relations } = event;
	const more = relations.length > 1 ? ` and ${relations.length - 1} more` : "";
	const who =
		holder === null
			? "another session, which has locked tfm's leases or a leftover candidate"
			: `run ${holder.runId} (tfm ${holder.command} on ${holder.host}, process ${holder.pid}, since ${holder.startedAt}): it writes ${relations[0] ?? ""}${more}`;
	return ` ${look.signs.ellipsis} waiting for ${who}`;
}

/** ` ! stg_orders: the connection was lost; try 2 of 4 in 1.5s` */
export function retriedLine(event: Named<"node.retried">, look: Look): string {
	const reason = event.reason.split("\n", 1)[0] ?? "";
	const next = `try ${event.attempt + 1} of ${event.attempts} in ${seconds(event.delay_ms / 1000)}`;
	return ` ${look.paint("warn", look.signs.warned)} ${event.what}: ${reason}; ${next}`;
}

/** A statement as sent, for `-vv`. */
export function statementLines(event: Named<"statement">, look: Look): string[] {
	const rows = event.rows === null ? "" : `, ${count(event.rows, "row")}`;
	const id = event.query_id === undefined ? "" : `, query id ${event.query_id}`;
	const head = `   -- ${event.node_id ?? "run"}: ${event.purpose}, ${event.duration_ms} ms${rows}${id}`;
	const text = event.sql.trim().split("\n");
	return [head, ...text.map((line) => `   ${line}`)].map((line) => look.paint("dim", line));
}
