import type { AlertItem } from "../../core/alerts.ts";
import { nodeId } from "../../core/node.ts";
import { alertMessage, type MessagePart, type RunWords } from "../alertMessage.ts";

export const RUN: RunWords = {
	project: "acme",
	target: "prod",
	runId: "01JD4Z7Q",
	command: "run",
	at: "2026-11-21T06:12:03.000Z",
	url: "https://ci.acme.test/runs/7",
	held: 0,
	blocked: 100,
};

export const item = (rest: Partial<AlertItem> = {}): AlertItem => ({
	key: "test.fail/test.acme.unique_stg_users_id",
	event: "test.fail",
	severity: "error",
	node_id: nodeId("test.acme.unique_stg_users_id"),
	label: "unique(silver.stg_users.id)",
	layer: "silver",
	owner: "@identity",
	what: "3 duplicate keys, 7 rows",
	at: "models/silver/stg_users.yml:9",
	code: null,
	blocks: 100,
	...rest,
});

export const message = (rest: Partial<MessagePart> = {}) =>
	alertMessage(RUN, { kind: "alert", route: "all", items: [item()], open: 1, ...rest });
