import type { NodeId } from "./node.ts";

/** What can be told to people. Those of `INCIDENT_EVENTS` open an incident that a later run resolves. */
export const ALERT_EVENTS = [
	"run.fail",
	"node.fail",
	"test.fail",
	"test.warn",
	"source.stale",
	"sla.miss",
	"run.slow",
	"layer.done",
	"run.success",
] as const;
export type AlertEvent = (typeof ALERT_EVENTS)[number];

export const SEVERITIES = ["error", "warn", "info"] as const;
export type AlertSeverity = (typeof SEVERITIES)[number];

interface ChannelBase {
	readonly name: string;
	/** Why it cannot be used here: an environment variable that is not set. Null: it can. */
	readonly missing: string | null;
}

/** Where messages go. Fields that open a door (addresses of webhooks, keys, passwords) come from the environment. */
export type AlertChannel = ChannelBase &
	(
		| { readonly type: "slack"; readonly url: string }
		| { readonly type: "teams"; readonly url: string }
		| { readonly type: "pagerduty"; readonly key: string; readonly url: string }
		| { readonly type: "webhook"; readonly url: string; readonly hmac: string | null }
		| {
				readonly type: "twilio";
				readonly account: string;
				readonly token: string;
				readonly from: string;
				readonly to: readonly string[];
				/** Address of the API. */
				readonly url: string;
		  }
		| {
				readonly type: "smtp";
				readonly host: string;
				readonly port: number;
				/** TLS from the first byte; otherwise STARTTLS where the server offers it. */
				readonly secure: boolean;
				readonly user: string | null;
				readonly password: string | null;
				readonly from: string;
				readonly to: readonly string[];
		  }
	);

/** Empty lists match everything. */
export interface AlertMatch {
	readonly layer: readonly string[];
	readonly owner: readonly string[];
	readonly severity: readonly AlertSeverity[];
	readonly event: readonly AlertEvent[];
	readonly target: readonly string[];
}

/** Hours of a day in which a route is silent, in minutes since midnight of a time zone. May go over midnight. */
export interface QuietHours {
	readonly from: number;
	readonly to: number;
	readonly zone: string;
}

export interface AlertRoute {
	/** As given, or made of what it matches; the memory of what was sent hangs on it. */
	readonly name: string;
	readonly match: AlertMatch;
	readonly to: readonly string[];
	/** Milliseconds after which an incident that is still open is told again. */
	readonly remindMs: number;
	readonly quiet: QuietHours | null;
}

/** A promise about a layer: published each day by a time, or never older than an age. */
export interface LayerSla {
	readonly layer: string;
	/** Minutes since midnight of the zone. */
	readonly by: { readonly minutes: number; readonly zone: string; readonly text: string } | null;
	readonly maxLagMs: number | null;
}

export interface AlertSettings {
	readonly channels: readonly AlertChannel[];
	readonly routes: readonly AlertRoute[];
	/** Shell commands. */
	readonly hooks: {
		readonly failure: readonly string[];
		readonly success: readonly string[];
		readonly layerDone: readonly string[];
	};
	/** Dead man's switch: called at the start and the end of each run. */
	readonly ping: { readonly start: string | null; readonly success: string | null; readonly failure: string | null };
	readonly slas: readonly LayerSla[];
	/** A run is slow that takes `times` as long as usual, and at least `atLeastMs`. */
	readonly slow: { readonly times: number; readonly atLeastMs: number } | null;
	/** A page about the run, of the orchestrator. */
	readonly runUrl: string | null;
	/** Values that came out of secret fields; no output may show them. */
	readonly secrets: readonly string[];
}

/** One thing that happened, as a message lists it. Never holds rows. */
export interface AlertItem {
	/** `node.fail/model.shop.orders`: the same in every run. */
	readonly key: string;
	readonly event: AlertEvent;
	readonly severity: AlertSeverity;
	readonly node_id: NodeId | null;
	/** `staging.orders`, `unique(staging.orders.id)` */
	readonly label: string;
	readonly layer: string | null;
	readonly owner: string | null;
	/** In a few words: `3 duplicate keys`. */
	readonly what: string;
	/** `models/staging/orders.sql:12` */
	readonly at: string | null;
	readonly code: string | null;
	/** How many nodes were built and not published because of it; absent: none. */
	readonly holds?: number;
	/** How many nodes were not built because of it. */
	readonly blocks: number;
}

/** What a route is told about a run (`tfm.alert/1`); the generic webhook receives exactly this. */
export interface AlertMessage {
	readonly v: "tfm.alert/1";
	/** The same when it is sent again: receivers may drop what they have. */
	readonly id: string;
	readonly kind: "alert" | "resolved" | "info" | "test";
	readonly severity: AlertSeverity;
	readonly title: string;
	readonly project: string;
	readonly target: string;
	readonly run_id: string;
	readonly command: string;
	readonly at: string;
	readonly route: string;
	/** The root cause first. */
	readonly items: readonly AlertItem[];
	/** How many more there are than `items` shows. */
	readonly more: number;
	/** Nodes that were built and not published because of what failed, as in the run's summary; told by number only. */
	readonly held: number;
	/** Nodes that were not built because of what failed, as in the run's summary; told by number only. */
	readonly blocked: number;
	/** Incidents of this route that are open after this message. */
	readonly open: number;
	/** What to type next; null where nothing is to be done. */
	readonly next: string | null;
	readonly url: string | null;
}
