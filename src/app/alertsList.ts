import type { AlertChannel, AlertSettings } from "../core/alerts.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { alertsOf } from "./alertSending.ts";
import { readConfig } from "./openProject.ts";

/** `tfm alerts list`: channels, routes and promises as tfm read them, secrets left out. Sends nothing. */
export async function alertsList(invocation: Invocation): Promise<ExitCode> {
	const config = await readConfig(invocation);
	const settings = alertsOf(config);
	const text =
		invocation.flags.extra.output === "json" ? `${JSON.stringify(shownOf(settings))}\n` : textOf(shownOf(settings));
	invocation.stdout.write(text);
	return 0;
}

const DAY_MS = 86_400_000;

interface Shown {
	readonly channels: readonly {
		readonly name: string;
		readonly type: string;
		readonly ready: boolean;
		readonly where: string;
	}[];
	readonly routes: readonly { readonly name: string; readonly to: readonly string[]; readonly remind: string }[];
	readonly sla: readonly { readonly layer: string; readonly promise: string }[];
	readonly hooks: readonly { readonly hook: string; readonly command: string }[];
	readonly ping: boolean;
}

function shownOf(settings: AlertSettings): Shown {
	const { hooks, ping } = settings;
	const listed = (hook: string, commands: readonly string[]) => commands.map((command) => ({ hook, command }));
	return {
		channels: settings.channels.map((channel) => ({
			name: channel.name,
			type: channel.type,
			ready: channel.missing === null,
			where: channel.missing ?? placeOf(channel),
		})),
		routes: settings.routes.map(({ name, to, remindMs }) => ({ name, to, remind: durationText(remindMs) })),
		sla: settings.slas.map(({ layer, by, maxLagMs }) => ({
			layer,
			promise: [by === null ? "" : `by ${by.text}`, maxLagMs === null ? "" : `at most ${durationText(maxLagMs)} old`]
				.filter((part) => part !== "")
				.join(", "),
		})),
		hooks: [
			...listed("on_failure", hooks.failure),
			...listed("on_success", hooks.success),
			...listed("on_layer_done", hooks.layerDone),
		],
		ping: ping.start !== null || ping.success !== null || ping.failure !== null,
	};
}

/** The host, or the receivers: never the address, which opens the door. */
function placeOf(channel: AlertChannel): string {
	switch (channel.type) {
		case "smtp":
			return `${channel.to.join(", ")} through ${channel.host}:${channel.port}`;
		case "twilio":
			return channel.to.join(", ");
		default:
			return URL.canParse(channel.url) ? new URL(channel.url).host : "not an address";
	}
}

const durationText = (ms: number): string =>
	ms % DAY_MS === 0 ? `${ms / DAY_MS}d` : ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : `${Math.round(ms / 1000)}s`;

function textOf({ channels, routes, sla, hooks, ping }: Shown): string {
	const sections: readonly (readonly [string, readonly (readonly string[])[]])[] = [
		[
			"channels",
			channels.map(({ name, type, ready, where }) => [name, type, ready ? where : `not set up here: ${where}`]),
		],
		["routes", routes.map(({ name, to, remind }) => [name, `to ${to.join(", ")}`, `again after ${remind}`])],
		["promises", sla.map(({ layer, promise }) => [layer, promise])],
		["hooks", hooks.map(({ hook, command }) => [hook, command])],
		["dead man's switch", ping ? [["called at the start and the end of each run"]] : []],
	];
	return sections.map(([title, rows]) => section(title, rows)).join("");
}

function section(title: string, rows: readonly (readonly string[])[]): string {
	if (rows.length === 0) return "";
	const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	const lines = rows.map((row) =>
		`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
	);
	return `${title}\n${lines.join("\n")}\n`;
}
