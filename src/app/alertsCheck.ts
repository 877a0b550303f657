import { randomUUID } from "node:crypto";
import { tellRoutes } from "../alerts/tellRoutes.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { createStateStore } from "../history/stateStore.ts";
import { createRedactor } from "../report/report.ts";
import { checkPromises } from "./alertPromises.ts";
import { alertsOf, sendTo } from "./alertSending.ts";
import { openAdapter } from "./openAdapter.ts";
import { readConfig } from "./openProject.ts";

/**
 * `tfm alerts check`, for a cron of its own: says of a run that never started that its layers are late. Exit code 1
 * when a promise is broken.
 */
export async function alertsCheck(invocation: Invocation): Promise<ExitCode> {
	const config = await readConfig(invocation);
	const settings = alertsOf(config);
	const project = config.project.name;
	const target = config.target.targetName;
	const place = { project, target, schema: config.target.schema };
	const redact = createRedactor(config.secrets);
	const now = invocation.clock();
	const adapter = await openAdapter(config, invocation);
	try {
		const store = await createStateStore(adapter.facts.type);
		await adapter.withSession((session) => store.migrate(session));
		const found = await checkPromises({ settings, place, adapter, alerts: store.alerts, now, since: now });
		for (const item of found.broken) invocation.stdout.write(`broken  ${item.label}: ${item.what}\n`);
		for (const key of new Set(found.kept))
			invocation.stdout.write(`kept    layer ${key.slice(key.indexOf("/") + 1)}\n`);
		const kept = new Set(found.kept);
		await tellRoutes({
			settings,
			run: {
				project,
				target,
				runId: invocation.env.TFM_INVOCATION_ID ?? randomUUID(),
				command: "alerts check",
				at: now.toISOString(),
				url: settings.runUrl,
				held: 0,
				blocked: 0,
			},
			now,
			items: found.broken,
			passed: (key) => kept.has(key),
			ledger: store.alerts.ledger((work) => adapter.withSession(work), { project, target }),
			send: (message, channel) => sendTo(settings, message, channel, invocation.clock),
			onFailure: (channel, reason) => invocation.stderr.write(`${redact(`not sent to ${channel}: ${reason}`)}\n`),
		});
		return found.broken.length === 0 ? 0 : 1;
	} finally {
		await adapter.close();
	}
}
