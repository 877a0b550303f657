import { randomUUID } from "node:crypto";
import { alertMessage } from "../alerts/alertMessage.ts";
import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { suggestName } from "../core/suggestName.ts";
import { alertsOf, sendTo } from "./alertSending.ts";
import { readConfig } from "./openProject.ts";

/** `tfm alerts test [CHANNEL]`: a message to one channel or to all. Exit code 1 when one of them did not take it. */
export async function alertsTest(invocation: Invocation): Promise<ExitCode> {
	const config = await readConfig(invocation);
	const settings = alertsOf(config);
	const known = settings.channels.map((channel) => channel.name);
	const asked = invocation.flags.extra.channel;
	if (typeof asked === "string" && !known.includes(asked)) {
		const suggestion = suggestName(asked, known);
		fail("TFM-ALERT-003", { channel: asked, where: "the command", known, suggestion });
	}
	const message = alertMessage(
		{
			project: config.project.name,
			target: config.target.targetName,
			runId: invocation.env.TFM_INVOCATION_ID ?? randomUUID(),
			command: "alerts test",
			at: invocation.clock().toISOString(),
			url: settings.runUrl,
			held: 0,
			blocked: 0,
		},
		{ kind: "test", route: "test", items: [], open: 0 },
	);
	let code: ExitCode = 0;
	const names = typeof asked === "string" ? [asked] : known;
	const width = Math.max(0, ...names.map((name) => name.length));
	for (const name of names) {
		const reason = await sendTo(settings, message, name, invocation.clock);
		if (reason !== null) code = 1;
		invocation.stdout.write(`${name.padEnd(width)}  ${reason === null ? "sent" : `not sent: ${reason}`}\n`);
	}
	return code;
}
