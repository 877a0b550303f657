import type { EventBody, EventLevel } from "./events.ts";
import type { NodeId } from "./node.ts";
import type { TemplateMessage } from "./request.ts";
import { warningOf } from "./templateRemark.ts";

/** What a template said, as an event and its level; `node`: whose template, null where it is no node's. */
export function saidEvent(message: TemplateMessage, node: NodeId | null): [EventBody, EventLevel] {
	const { text, info, printed, remark } = message;
	const body: EventBody = { event: "message", text, node_id: node, print: printed === true };
	if (remark === undefined) return [body, info ? "info" : "debug"];
	return [{ ...body, remark }, warningOf(remark) === null ? "info" : "warn"];
}
