import { judgeSla, lastDeadline } from "../alerts/layerSla.ts";
import type { Adapter } from "../core/adapter.ts";
import type { AlertItem, AlertSettings } from "../core/alerts.ts";
import type { AlertStore, ProjectTarget } from "../core/state.ts";

export interface PromisesFound {
	readonly broken: AlertItem[];
	/** Published, but after the deadline, since `since`. */
	readonly late: AlertItem[];
	/** Keys of incidents that are over, if they were. */
	readonly kept: string[];
}

/** What `alerts: sla:` promises about layers, held against when they were published. */
export async function checkPromises(about: {
	readonly settings: AlertSettings;
	readonly place: ProjectTarget;
	readonly adapter: Adapter;
	readonly alerts: AlertStore;
	readonly now: Date;
	/** A late publish is told by the run that did it, and not by those after it on the same day. */
	readonly since: Date;
}): Promise<PromisesFound> {
	const { settings, place, adapter, alerts, now } = about;
	const found: PromisesFound = { broken: [], late: [], kept: [] };
	for (const sla of settings.slas) {
		const since = (sla.by === null ? now : lastDeadline(sla.by, now).day).toISOString();
		const publishes = await adapter.withSession((session) =>
			alerts.layerPublishes(session, { ...place, layer: sla.layer, since }),
		);
		const { kind, item } = judgeSla(sla, publishes, now);
		if (kind === "broken") found.broken.push(item);
		else found.kept.push(item.key);
		const first = publishes.firstSince;
		if (kind === "late" && first !== null && first >= about.since.toISOString()) found.late.push(item);
	}
	// Two promises about one layer: it is well when both are kept.
	const broken = new Set(found.broken.map((item) => item.key));
	return { ...found, kept: found.kept.filter((key) => !broken.has(key)) };
}
