import type { HeldReason } from "../core/result.ts";

/** Why a node was held or skipped, as run_results and the node's line say it. */
export function heldText(reason: HeldReason): string {
	switch (reason.kind) {
		case "test":
			return `Held: test ${reason.test} failed`;
		case "failed":
			return `Skipped: ${reason.node} failed`;
		case "gate":
			return `Held: the gate of layer ${reason.layer} closed`;
		case "publish_group":
			return `Held: publish group ${reason.group} was held`;
		case "publish":
			return `Not published: ${reason.reason} (${reason.code})`;
		case "upstream":
			return `Skipped: ${reason.node} was held`;
		case "fail_fast":
			return "Skipping due to fail_fast";
		case "cancelled":
			return "Skipped: the run was cancelled";
		case "hook":
			return "Skipped: an on-run-start hook failed";
	}
}
