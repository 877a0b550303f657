/**
 * Alerts about a run: what happens is gathered from the events, and told when the run is over (a layer that is done is
 * told at once). Nothing here can fail the run: what goes wrong is a warning.
 */
import { join } from "node:path";
import { alertItems, createPassed, withoutValues } from "../alerts/alertItems.ts";
import type { RunWords } from "../alerts/alertMessage.ts";
import { createFileLedger } from "../alerts/fileLedger.ts";
import { slowText } from "../alerts/layerSla.ts";
import { ping } from "../alerts/ping.ts";
import { runHook } from "../alerts/runHook.ts";
import { type Telling, tellNews, tellRoutes } from "../alerts/tellRoutes.ts";
import type { Adapter } from "../core/adapter.ts";
import type { AlertItem, AlertSettings } from "../core/alerts.ts";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Emit, EventBody, RunEvent } from "../core/events.ts";
import type { Invocation } from "../core/invocation.ts";
import type { AlertStore, StateStore } from "../core/state.ts";
import { createRedactor, failureText, manifestFacts, type Subscriber } from "../report/report.ts";
import { checkPromises, type PromisesFound } from "./alertPromises.ts";
import { sendTo } from "./alertSending.ts";
import type { OpenProject } from "./openProject.ts";
import { projectTarget } from "./projectTarget.ts";
import { runTrigger } from "./runTrigger.ts";
import type { Watcher } from "./watcher.ts";

type Finished = Extract<RunEvent, { event: "run.finished" }>;
type LayerFinished = Extract<EventBody, { event: "layer.finished" }>;
type Store = StateStore & { readonly alerts: AlertStore };

/** Runs whose times say what is usual. */
const USUAL_OF = 20;

/** Commands that a person gives and whose answer they read: a refusal is nobody else's emergency. */
const BY_HAND: ReadonlySet<string> = new Set(["rollback", "publish"]);
/** Commands after whose end one that went before by hand, or resumed, has failed no longer. */
const WHOLE: ReadonlySet<string> = new Set(["run", "build"]);
const PARTIAL: ReadonlySet<string> = new Set([...BY_HAND, "retry", "backfill"]);

/** Null where the project has no `alerts:`. */
export function openRunAlerts(invocation: Invocation, project: OpenProject): Alerts | null {
	const settings = project.config.project.alerts;
	return settings === undefined ? null : new Alerts(invocation, project, settings);
}

/** How an operation ended: `name` is its macro or `--sql`. */
interface EndedOperation {
	readonly name: string;
	/** Absent: the database could not be opened. */
	readonly adapter: Adapter | undefined;
	readonly emit: Emit;
	/** What was thrown; undefined: nothing. */
	readonly error: unknown;
}

/**
 * Tells that an operation failed, once, and that it is well again; each macro is an incident of its own. It is no run:
 * nothing is pinged and no `run.success` is told. Never rejects.
 */
export async function tellOperation(invocation: Invocation, project: OpenProject, ended: EndedOperation) {
	await openRunAlerts(invocation, project)?.operationEnded(ended);
}

class Alerts implements Watcher {
	readonly subscriber: Subscriber = { receive: (event) => this.#receive(event) };
	readonly #settings: AlertSettings;
	readonly #invocation: Invocation;
	readonly #project: OpenProject;
	readonly #env: Readonly<Record<string, string | undefined>>;
	/** Sent while the run goes on; each ends with the warnings that it leads to. */
	readonly #underway: Promise<readonly Warning[]>[] = [];
	/** Messages that channels took, by id: where the database goes away in between, nothing is told twice. */
	readonly #taken = new Set<string>();
	#started = false;
	#finished: Finished | null = null;
	#cancelledBy: string | null = null;

	constructor(invocation: Invocation, project: OpenProject, settings: AlertSettings) {
		this.#settings = settings;
		this.#invocation = invocation;
		this.#project = project;
		this.#env = project.config.env ?? invocation.env;
	}

	#receive(event: RunEvent): void {
		switch (event.event) {
			case "run.started":
				this.#started = true;
				if (this.#settings.ping.start !== null) this.#underway.push(this.#ping(this.#settings.ping.start));
				return;
			case "layer.finished":
				if (event.status === "published" || event.status === "warned") this.#underway.push(this.#layerDone(event));
				return;
			case "cancelling":
				this.#cancelledBy = event.signal;
				return;
			case "run.finished":
				this.#finished = event;
				return;
		}
	}

	async finish({ adapter, emit, error }: Parameters<Watcher["finish"]>[0]): Promise<void> {
		const warnings: Warning[] = [];
		try {
			warnings.push(...(await Promise.all(this.#underway)).flat());
			if (this.#finished === null && (error === undefined || this.#isRefusal(error))) return;
			const failed = this.#finished === null || this.#finished.run.exitCode !== 0;
			const { ping: pings, hooks } = this.#settings;
			const url = failed ? pings.failure : pings.success;
			if (url !== null && (this.#started || failed)) warnings.push(...(await this.#ping(url)));
			const items = this.#items(error);
			const news = await this.#tell(adapter, items, warnings);
			await this.#hooks(failed ? hooks.failure : hooks.success, failed ? "on_failure" : "on_success", news, warnings);
		} catch (fault) {
			warnings.push(unrecorded(fault));
		}
		for (const warning of warnings) emit({ event: "diagnostic", diagnostic: warning }, "warn");
	}

	async operationEnded({ name, adapter, emit, error }: EndedOperation): Promise<void> {
		// Somebody who presses Ctrl-C knows.
		if (this.#invocation.signal.aborted) return;
		const label = `run-operation ${name}`;
		const key = `run.fail/${label}`;
		const warnings: Warning[] = [];
		try {
			const items = error === undefined ? [] : [this.#broken(error, key, `tfm ${label}`)];
			const news = await this.#tell(adapter, items, warnings, error === undefined ? [key] : []);
			if (items.length > 0) await this.#hooks(this.#settings.hooks.failure, "on_failure", news, warnings);
		} catch (fault) {
			warnings.push(unrecorded(fault));
		}
		for (const warning of warnings) emit({ event: "diagnostic", diagnostic: warning }, "warn");
	}

	#broken(error: unknown, key: string, label: string): AlertItem {
		const code = error instanceof TfmError ? (error.diagnostics[0]?.code ?? null) : null;
		const what = withoutValues(firstLine(error));
		return createRedactor(this.#project.config.secrets)(plainItem("run.fail", key, { what, code, label }));
	}

	/** A mistake in what was asked for, told to whoever asked; a database that is away is something else. */
	#isRefusal = (error: unknown): boolean =>
		BY_HAND.has(this.#invocation.command) &&
		error instanceof TfmError &&
		!error.diagnostics.some(({ code }) => code.startsWith("TFM-DB-"));

	/** Incidents of whole commands that are over now that this one has come to its end. */
	#endedCommands(): readonly string[] {
		const { command } = this.#invocation;
		return [command, ...(WHOLE.has(command) ? PARTIAL : [])].map((name) => `run.fail/${name}`);
	}

	/** What failed in the run, or that it could not be run at all. */
	#items(error: unknown): readonly AlertItem[] {
		if (this.#finished !== null && this.#cancelledBy === null) return alertItems(this.#finished.run, this.#wording());
		// Somebody who presses Ctrl-C knows.
		if (this.#cancelledBy === "SIGINT") return [];
		const what = this.#cancelledBy === null ? firstLine(error) : `was stopped by ${this.#cancelledBy}`;
		const code = error instanceof TfmError ? (error.diagnostics[0]?.code ?? null) : null;
		const redact = createRedactor(this.#project.config.secrets);
		return [
			redact(plainItem("run.fail", `run.fail/${this.#invocation.command}`, { what, code, label: this.#label() })),
		];
	}

	#label = (): string => `tfm ${this.#invocation.command}`;

	#wording() {
		const lookup = manifestFacts(this.#project.manifest, "target");
		return {
			lookup,
			describe: (result: Parameters<typeof failureText>[0]) => failureText(result, lookup(result.unique_id)),
		};
	}

	/** Tells the routes, also that `well` are over; answers what was wrong, with broken promises and unusual times. */
	async #tell(
		adapter: Adapter | undefined,
		found: readonly AlertItem[],
		warnings: Warning[],
		well: readonly string[] = [],
	): Promise<readonly AlertItem[]> {
		const finished = this.#finished;
		const passedNode = finished === null ? () => false : createPassed(finished.run, this.#wording());
		const ended = finished !== null && this.#cancelledBy === null;
		const over = new Set([...well, ...(ended ? this.#endedCommands() : [])]);
		const base = { ...this.#telling(warnings), passed: (key: string) => over.has(key) || passedNode(key) };
		const files = createFileLedger(join(this.#project.config.targetDir, "alerts.json"));
		let items = found;
		if (adapter === undefined) await tellRoutes({ ...base, items, ledger: files });
		else {
			try {
				const store = await openStore();
				await adapter.withSession((session) => store.migrate(session));
				const promised = await this.#promises(adapter, store);
				for (const key of promised.kept) over.add(key);
				items = [...found, ...promised.broken];
				const about = { project: base.run.project, target: base.run.target };
				const ledger = store.alerts.ledger((work) => adapter.withSession(work), about);
				await tellRoutes({ ...base, items, ledger });
				for (const late of promised.late) await tellNews(base, late);
				// What was told while the database could not be reached.
				await tellRoutes({ ...base, items: [], ledger: files });
			} catch (fault) {
				warnings.push(unrecorded(fault));
				await tellRoutes({ ...base, items, ledger: files });
			}
		}
		if (finished !== null && finished.run.exitCode === 0) await tellNews(base, successItem(finished, this.#label()));
		return items;
	}

	#telling(warnings: Warning[]): Pick<Telling, "settings" | "run" | "now" | "send" | "onFailure"> {
		const { manifest, config, runId } = this.#project;
		const settings = this.#settings;
		const run: RunWords = {
			project: manifest.projectName,
			target: config.target.targetName,
			runId,
			command: this.#invocation.command,
			at: this.#invocation.clock().toISOString(),
			url: settings.runUrl ?? runTrigger(this.#env)?.url ?? null,
			held: this.#finished?.summary.held.length ?? 0,
			blocked: this.#finished?.summary.blocked.length ?? 0,
		};
		return {
			settings,
			run,
			now: this.#invocation.clock(),
			send: async (message, channel) => {
				const id = `${message.id} ${channel}`;
				if (this.#taken.has(id)) return null;
				const reason = await sendTo(settings, message, channel, this.#invocation.clock);
				if (reason === null) this.#taken.add(id);
				return reason;
			},
			onFailure: (channel, reason) => warnings.push(unsent(channel, reason)),
		};
	}

	/** Promises about layers, and whether the run was slow. */
	async #promises(adapter: Adapter, { alerts }: Store): Promise<PromisesFound> {
		const place = projectTarget(this.#project);
		const found = await checkPromises({
			settings: this.#settings,
			place,
			adapter,
			alerts,
			now: this.#invocation.clock(),
			since: this.#project.startedAt,
		});
		const run = this.#finished?.run;
		const { slow } = this.#settings;
		if (slow !== null && run !== undefined && run.exitCode === 0) {
			const args = this.#invocation.commandLine;
			// The run itself is among them by now, as the newest.
			const about = { ...place, args, limit: USUAL_OF + 1 };
			const [, ...earlier] = await adapter.withSession((session) => alerts.runSeconds(session, about));
			const what = slowText(slow, run.elapsed, earlier);
			const key = `run.slow/${args}`;
			if (what === null) found.kept.push(key);
			else found.broken.push({ ...plainItem("run.slow", key, { what, code: null, label: args }), severity: "warn" });
		}
		return found;
	}

	async #ping(url: string): Promise<readonly Warning[]> {
		const reason = await ping(url);
		return reason === null ? [] : [unsent("ping", reason)];
	}

	async #layerDone(event: LayerFinished): Promise<readonly Warning[]> {
		const warnings: Warning[] = [];
		const item = layerItem(event);
		await tellNews(this.#telling(warnings), item);
		await this.#hooks(this.#settings.hooks.layerDone, "on_layer_done", [item], warnings);
		return warnings;
	}

	async #hooks(
		commands: readonly string[],
		hook: string,
		items: readonly AlertItem[],
		warnings: Warning[],
	): Promise<void> {
		const { run } = this.#telling(warnings);
		for (const command of commands) {
			const document = { v: "tfm.hook/1", hook, ...run, items };
			const cwd = this.#project.config.project.root;
			const reason = await runHook({ command, document, cwd, env: this.#env });
			if (reason !== null) warnings.push(diagnostic("TFM-ALERT-005", { hook, reason }, { severity: "warning" }));
		}
	}
}

/** knex is imported only here: a run without alerts does not wait for it twice. */
const openStore = async (): Promise<Store> => (await import("../history/stateStore.ts")).createStateStore();

type Warning = Extract<EventBody, { event: "diagnostic" }>["diagnostic"];

const unsent = (channel: string, reason: string): Warning =>
	diagnostic("TFM-ALERT-001", { channel, reason }, { severity: "warning" });

const firstLine = (error: unknown): string =>
	(
		(error instanceof TfmError ? error.diagnostics[0]?.message : undefined) ??
		(error instanceof Error ? error.message : String(error))
	).split("\n", 1)[0] ?? "";

const unrecorded = (fault: unknown): Warning =>
	diagnostic("TFM-ALERT-006", { reason: firstLine(fault) }, { severity: "warning" });

const plainItem = (
	event: AlertItem["event"],
	key: string,
	words: Pick<AlertItem, "what" | "code" | "label">,
): AlertItem => ({
	key,
	event,
	severity: "error",
	node_id: null,
	layer: null,
	owner: null,
	at: null,
	blocks: 0,
	...words,
});

function layerItem({ layer, built, tests, testsPassed, duration_ms, status }: LayerFinished): AlertItem {
	const seconds = (duration_ms / 1000).toFixed(1);
	const what = `${status}: ${built} built, ${testsPassed} of ${tests} tests passed, ${seconds}s`;
	const words = { what, code: null, label: `layer ${layer}` };
	return { ...plainItem("layer.done", `layer.done/${layer}`, words), severity: "info", layer };
}

function successItem({ run, summary }: Finished, label: string): AlertItem {
	const what = `succeeded: ${summary.built} built, ${summary.tests.passed} tests passed, ${run.elapsed.toFixed(1)}s`;
	return { ...plainItem("run.success", "run.success", { what, code: null, label }), severity: "info" };
}
