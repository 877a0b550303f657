/** Who watches a run beside the terminal: alerts, traces, lineage, JUnit. All off unless asked for, and none can fail the run. */
import { resolve } from "node:path";
import type { TargetConfig } from "../core/config.ts";
import { diagnostic } from "../core/diagnostic.ts";
import type { RunEvent } from "../core/events.ts";
import type { Invocation } from "../core/invocation.ts";
import { TFM_VERSION } from "../core/version.ts";
import { manifestFacts, toJunitXml } from "../report/report.ts";
import { lineageSettings } from "../telemetry/lineageSettings.ts";
import { otelSettings } from "../telemetry/otelSettings.ts";
import type { OpenProject } from "./openProject.ts";
import type { Watcher } from "./watcher.ts";
import { writeWhole } from "./writeWhole.ts";

/** Each watcher's code is imported only where it is asked for. */
export async function openWatchers(invocation: Invocation, project: OpenProject): Promise<readonly Watcher[]> {
	const env = project.config.env ?? invocation.env;
	const watchers: Watcher[] = [];
	const junit = invocation.flags.extra.junit;
	if (typeof junit === "string") watchers.push(junitWatcher(invocation, project, junit));
	const otel = otelSettings(env);
	if (otel !== null) {
		const { Tracer } = await import("../telemetry/tracer.ts");
		const about = {
			"tfm.selector": invocation.flags.select.join(" ") || null,
			"vcs.ref.head.revision": env.GITHUB_SHA ?? env.CI_COMMIT_SHA ?? null,
		};
		watchers.push(sending("traces", new Tracer(otel, about), invocation));
	}
	const lineage = lineageSettings(env);
	if (lineage !== null) {
		const { LineageSender } = await import("../telemetry/lineage.ts");
		const facts = {
			settings: lineage,
			manifest: project.manifest,
			dataNamespace: serverName(project.config.target),
			producer: `https://www.npmjs.com/package/tfm-sql/v/${TFM_VERSION}`,
		};
		const file = lineage.transport.type === "file" ? resolve(invocation.cwd, lineage.transport.path) : "";
		watchers.push(sending("OpenLineage events", new LineageSender(facts, file), invocation));
	}
	if (project.config.project.alerts !== undefined) {
		const alerts = (await import("./runAlerts.ts")).openRunAlerts(invocation, project);
		if (alerts !== null) watchers.push(alerts);
	}
	return watchers;
}

/** As OpenLineage names a server of Postgres; the embedded database has no address. */
function serverName({ type, fields }: TargetConfig): string {
	return type === "postgres" ? `postgres://${fields.host ?? "localhost"}:${fields.port ?? 5432}` : `${type}://embedded`;
}

interface Sender {
	receive(event: RunEvent): void;
	finish(at: string): Promise<string | null>;
}

function sending(what: string, sender: Sender, { clock }: Invocation): Watcher {
	return {
		subscriber: { receive: (event) => sender.receive(event) },
		async finish({ emit }) {
			const reason = await sender.finish(clock().toISOString());
			if (reason === null) return;
			emit(
				{ event: "diagnostic", diagnostic: diagnostic("TFM-OBS-001", { what, reason }, { severity: "warning" }) },
				"warn",
			);
		},
	};
}

function junitWatcher(invocation: Invocation, { manifest }: OpenProject, file: string): Watcher {
	let finished: Extract<RunEvent, { event: "run.finished" }> | null = null;
	return {
		subscriber: {
			receive: (event) => {
				if (event.event === "run.finished") finished = event;
			},
		},
		async finish({ emit }) {
			if (finished === null) return;
			try {
				const xml = toJunitXml(finished.run, manifest.projectName, manifestFacts(manifest, "target"));
				writeWhole(resolve(invocation.cwd, file), [xml]);
			} catch (error) {
				const facts = { what: `the JUnit file ${file}`, reason: (error as Error).message };
				emit({ event: "diagnostic", diagnostic: diagnostic("TFM-OBS-001", facts, { severity: "warning" }) }, "warn");
			}
		},
	};
}
